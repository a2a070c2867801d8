internal import COpenSSL

/// The files that a TLS client shows servers which ask for its certificate, in PEM.
public struct TLSIdentity: Sendable, Hashable {
    /// The certificate, with its chain behind it.
    public let certificate: String
    /// Its private key, without a passphrase.
    public let key: String

    /// Files by their paths.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What all connections to one server over TLS share: TLS 1.2 and 1.3, ALPN `http/1.1`, and whose certificates are taken.
///
/// Safe on every thread.
public final class TLSClient: Sendable {
    /// When the time of its own certificate is over; nil without one.
    public let validUntil: Timestamp?

    private let context: TLSContext
    /// Whom the server's certificate must be for; nil when it is not checked.
    private let host: String?

    /// A client of `host`, a name or an address without brackets. The server's certificate must be for it, and lead to one of
    /// `authorities` (a file in PEM), or without these to one that the system trusts.
    public init(
        of host: String,
        trusting authorities: String? = nil,
        as identity: TLSIdentity? = nil
    ) throws(TLSSetupError) {
        context = unsafe try TLSContext { step in
            guard let authorities else { return unsafe Self.make(nil, identity, &step) }
            return unsafe authorities.withCString { unsafe Self.make($0, identity, &step) }
        }
        self.host = host
        validUntil = identity == nil ? nil : context.validity.until
    }

    private init(unchecked context: consuming TLSContext) {
        self.context = context
        host = nil
        validUntil = nil
    }

    /// A client of this machine's own server, whose certificate need lead nowhere: nothing secret may be said over it. Nil
    /// where libssl is missing.
    public static func local() -> TLSClient? {
        let context = unsafe try? TLSContext { _ in unsafe copenssl_make_local_client() }
        guard let context else { return nil }
        return TLSClient(unchecked: context)
    }

    private static func make(
        _ authorities: UnsafePointer<CChar>?,
        _ identity: TLSIdentity?,
        _ step: inout copenssl_step
    ) -> OpaquePointer? {
        guard let identity else { return unsafe copenssl_make_client(authorities, nil, nil, &step) }
        return unsafe copenssl_make_client(authorities, identity.certificate, identity.key, &step)
    }

    /// TLS on a connected socket; nil when there is no memory.
    func connect(_ socket: borrowing Descriptor) -> TLSCodec? { context.connect(socket, to: host) }
}
