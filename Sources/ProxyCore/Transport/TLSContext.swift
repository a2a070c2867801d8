internal import COpenSSL

/// Why no TLS server or client can be made of some files.
public enum TLSSetupError: Error, Sendable, Equatable {
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
    /// The authorities that the other side's certificate must lead to cannot be read.
    case authorities
    /// The certificate is not good yet, or no longer.
    case expired
    /// OpenSSL takes none of what is offered.
    case other
}

/// OpenSSL's `SSL_CTX`: what all connections of a server or a client share.
///
/// `@safe`: the pointer is freed once, with this value. `@unchecked Sendable`: a context that is no longer set up is safe on
/// every thread, and counts its references with atomics.
@safe struct TLSContext: ~Copyable, @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Whether libssl could be loaded, which is tried once.
    private static let isLoaded = copenssl_load()

    /// A context that `make` makes with libssl's functions; it says which step failed.
    init(_ make: (_ step: inout copenssl_step) -> OpaquePointer?) throws(TLSSetupError) {
        guard Self.isLoaded else { throw .missingLibrary }
        var step = COPENSSL_OTHER
        guard let made = unsafe make(&step) else { throw TLSSetupError(step) }
        unsafe pointer = made
    }

    deinit {
        unsafe copenssl_free_context(pointer)
    }

    /// When the own certificate begins to be good, and when its time is over.
    var validity: (from: Timestamp, until: Timestamp) {
        var (from, until): (Int64, Int64) = (0, 0)
        unsafe copenssl_validity(pointer, &from, &until)
        return (Timestamp(certificateTime: from), Timestamp(certificateTime: until))
    }

    /// The server's end on a connected socket; nil when there is no memory.
    func accept(_ socket: borrowing Descriptor) -> TLSCodec? {
        guard let connection = unsafe copenssl_accept(pointer, socket.number) else { return nil }
        return unsafe TLSCodec(owning: connection)
    }

    /// The client's end on a connected socket; nil when there is no memory. A certificate that is checked must be for `host`,
    /// a name or an address without brackets.
    func connect(_ socket: borrowing Descriptor, to host: String?) -> TLSCodec? {
        guard let connection = unsafe copenssl_connect(pointer, socket.number) else { return nil }
        let codec = unsafe TLSCodec(owning: connection)
        guard let host else { return codec }
        let isSet =
            IPAddress(host) == nil
            ? unsafe copenssl_expect_name(connection, host) : unsafe copenssl_expect_address(connection, host)
        return isSet ? codec : nil
    }
}

extension TLSSetupError {
    fileprivate init(_ step: copenssl_step) {
        switch step {
        case COPENSSL_CERTIFICATE: self = .certificate
        case COPENSSL_KEY: self = .key
        case COPENSSL_KEY_ENCRYPTED: self = .encryptedKey
        case COPENSSL_MISMATCH: self = .mismatch
        case COPENSSL_AUTHORITIES: self = .authorities
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
