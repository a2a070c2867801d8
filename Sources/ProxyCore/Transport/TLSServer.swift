internal import COpenSSL

/// Whether clients are asked for a certificate.
public enum TLSClientAuthentication: String, Sendable, CaseIterable {
    /// One that has a certificate shows it; one that has none is served too.
    case request
    /// One without a good certificate is not served.
    case require
}

/// The files a TLS server is made of, all in PEM.
public struct TLSFiles: Sendable, Hashable {
    /// The certificate, and behind it the chain up to its root.
    public let certificate: String
    /// Its private key, without a passphrase.
    public let key: String
    /// The certificates that clients' must lead to; nil when they are not asked for any.
    public let clientAuthorities: String?
    /// Whether they must show one.
    public let clientAuthentication: TLSClientAuthentication

    /// Files by their paths.
    public init(
        certificate: String,
        key: String,
        clientAuthorities: String? = nil,
        clientAuthentication: TLSClientAuthentication = .require
    ) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
        self.clientAuthentication = clientAuthentication
    }
}

/// What all connections with one certificate share: TLS 1.2 and 1.3 (RFC 8446) with ALPN `http/1.1` (RFC 7301), tickets for
/// resumption under keys of its own, and no renegotiation, compression or early data.
///
/// It does not change: another certificate, or new ticket keys, make another server, and connections go on with the one they
/// began with. Safe on every thread.
public final class TLSServer: Sendable {
    /// When the certificate begins to be good.
    public let validFrom: Timestamp
    /// When its time is over.
    public let validUntil: Timestamp

    private let context: TLSContext

    /// Reads the files.
    public init(_ files: TLSFiles) throws(TLSSetupError) {
        context = unsafe try TLSContext { step in unsafe Self.make(files, &step) }
        (validFrom, validUntil) = context.validity
    }

    private static func make(_ files: TLSFiles, _ step: inout copenssl_step) -> OpaquePointer? {
        guard let authorities = files.clientAuthorities else {
            return unsafe copenssl_make_server(files.certificate, files.key, nil, COPENSSL_NONE, &step)
        }
        let authentication =
            switch files.clientAuthentication {
            case .request: COPENSSL_REQUEST
            case .require: COPENSSL_REQUIRE
            }
        return unsafe copenssl_make_server(files.certificate, files.key, authorities, authentication, &step)
    }

    /// TLS on a connected socket, beginning with the client's first bytes; nil when there is no memory.
    func accept(_ socket: borrowing Descriptor) -> TLSCodec? { context.accept(socket) }
}
