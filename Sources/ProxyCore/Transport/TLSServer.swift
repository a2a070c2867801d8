internal import COpenSSL
import Glibc

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

/// Why no TLS server can be made of some files.
public enum TLSServerError: Error, Sendable, Equatable {
    /// libssl is not installed.
    case missingLibrary
    /// The certificate cannot be read.
    case certificate
    /// The key cannot be read.
    case key
    /// The key has a passphrase.
    case encryptedKey
    /// The key is another certificate's.
    case mismatch
    /// The authorities of clients' certificates cannot be read.
    case clientAuthorities
    /// The certificate is not good yet, or no longer.
    case expired
    /// OpenSSL takes none of what is offered.
    case other
}

/// What all connections with one certificate share: TLS 1.2 and 1.3 (RFC 8446) with ALPN `http/1.1` (RFC 7301), tickets for
/// resumption under keys of its own, and no renegotiation, compression or early data.
///
/// It does not change: another certificate, or new ticket keys, make another server, and connections go on with the one they
/// began with. Safe on every thread, as OpenSSL's `SSL_CTX` is that is no longer set up.
///
/// `@safe`: the pointer is freed once, with this object.
@safe public final class TLSServer: Sendable {
    /// When the certificate begins to be good.
    public let validFrom: Timestamp
    /// When its time is over.
    public let validUntil: Timestamp

    // An `SSL_CTX` counts its references with atomics, and only `deinit` frees this one.
    nonisolated(unsafe) private let context: OpaquePointer

    /// Whether libssl could be loaded, which is tried once.
    fileprivate static let isLoaded = copenssl_load()

    /// Reads the files.
    public init(_ files: TLSFiles) throws(TLSServerError) {
        guard Self.isLoaded else { throw .missingLibrary }
        var step = COPENSSL_MADE
        let authentication =
            switch files.clientAuthentication {
            case .request: COPENSSL_REQUEST
            case .require: COPENSSL_REQUIRE
            }
        let made = unsafe Self.make(files, authentication, &step)
        guard let made = unsafe made else { throw TLSServerError(step) }
        unsafe context = made
        var (from, until): (Int64, Int64) = (0, 0)
        unsafe copenssl_validity(made, &from, &until)
        (validFrom, validUntil) = (Timestamp(certificateTime: from), Timestamp(certificateTime: until))
    }

    private static func make(
        _ files: TLSFiles,
        _ authentication: copenssl_client_auth,
        _ step: inout copenssl_step
    ) -> OpaquePointer? {
        guard let authorities = files.clientAuthorities else {
            return unsafe copenssl_make_server(files.certificate, files.key, nil, COPENSSL_NONE, &step)
        }
        return unsafe copenssl_make_server(files.certificate, files.key, authorities, authentication, &step)
    }

    deinit {
        unsafe copenssl_free_server(context)
    }

    /// TLS on a connected socket, beginning with the client's first bytes; nil when there is no memory.
    func accept(_ socket: borrowing Descriptor) -> TLSCodec? {
        guard let connection = unsafe copenssl_accept(context, socket.number) else { return nil }
        return unsafe TLSCodec(owning: connection)
    }
}

/// TLS to this machine's own server, whose certificate need lead nowhere: nothing secret is said over it.
///
/// `@safe`: as with ``TLSServer``.
@safe public final class TLSLocalClient: Sendable {
    nonisolated(unsafe) private let context: OpaquePointer

    /// A client; nil where libssl is missing.
    public init?() {
        guard TLSServer.isLoaded, let made = unsafe copenssl_make_local_client() else { return nil }
        unsafe context = made
    }

    deinit {
        unsafe copenssl_free_server(context)
    }

    func connect(_ socket: borrowing Descriptor) -> TLSCodec? {
        guard let connection = unsafe copenssl_connect(context, socket.number) else { return nil }
        return unsafe TLSCodec(owning: connection)
    }
}

extension TLSServerError {
    fileprivate init(_ step: copenssl_step) {
        switch step {
        case COPENSSL_CERTIFICATE: self = .certificate
        case COPENSSL_KEY: self = .key
        case COPENSSL_KEY_ENCRYPTED: self = .encryptedKey
        case COPENSSL_MISMATCH: self = .mismatch
        case COPENSSL_CLIENT_CA: self = .clientAuthorities
        default: self = .other
        }
    }
}

extension Timestamp {
    /// A certificate may name any second.
    fileprivate init(certificateTime seconds: Int64) {
        let limits = (Timestamp.earliest.microseconds / 1_000_000)...(Timestamp.latest.microseconds / 1_000_000)
        self.init(microseconds: min(max(seconds, limits.lowerBound), limits.upperBound) * 1_000_000)
    }
}
