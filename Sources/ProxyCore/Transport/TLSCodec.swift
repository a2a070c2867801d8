internal import COpenSSL
import Glibc

/// Why a TLS connection broke.
public enum TLSFault: Sendable, Hashable {
    /// The client spoke HTTP without TLS.
    case plainHTTP
    /// OpenSSL's words; they hold nothing of what the peer sent.
    case alert(String)
}

/// TLS between a leg's socket and its connection, by OpenSSL, which reads and writes the socket itself: a byte is copied where
/// it is encrypted, and nowhere else.
///
/// The handshake is part of the first reads. A connection that breaks is told to the peer by an alert.
///
/// `@safe`: the pointer is freed once, with this object. OpenSSL uses the socket only within calls, to which the leg lends it.
@safe final class TLSCodec: LegCodec, @unchecked Sendable {
    /// Why it broke; nil while it did not.
    private(set) var fault: TLSFault?
    private let connection: OpaquePointer

    /// Takes over a connection.
    init(owning connection: OpaquePointer) {
        unsafe self.connection = connection
        super.init()
    }

    deinit {
        unsafe copenssl_free(connection)
    }

    /// The subject of the client's certificate (RFC 2253), which was checked; nil without one, and before the handshake's end.
    var subject: String? {
        var text = [CChar](repeating: 0, count: 1024)
        let length = unsafe copenssl_subject(connection, &text, text.count)
        guard length > 0 else { return nil }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Goes on with the handshake; whether it is over.
    func shakeHands(over socket: borrowing Descriptor) throws(Errno) -> Bool {
        let result = unsafe copenssl_handshake(connection)
        if result == COPENSSL_END { throw .connectionReset }
        return try finish(result, 1, socket) != nil
    }

    override func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        from socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        var count = 0
        let result = unsafe copenssl_read(connection, buffer.baseAddress, buffer.count, &count)
        return try finish(result, count, socket)
    }

    override var isDrained: Bool { unsafe copenssl_is_drained(connection) }

    override func send(_ bytes: Span<UInt8>, more: Bool, to socket: borrowing Descriptor) throws(Errno) -> Int? {
        guard !bytes.isEmpty else { return 0 }
        var count = 0
        let result = unsafe bytes.withUnsafeBytes { bytes in
            unsafe copenssl_write(connection, bytes.baseAddress, bytes.count, more, &count)
        }
        guard let sent = try finish(result, count, socket) else { return nil }
        // The peer's end is none of a write.
        if sent == 0 { throw .connectionReset }
        return sent
    }

    /// How many bytes a call moved; 0 at the end of the connection, nil when the socket is not ready.
    private func finish(
        _ result: copenssl_result,
        _ count: Int,
        _ socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        switch result {
        case COPENSSL_BYTES: return count
        case COPENSSL_WANTS_READ, COPENSSL_WANTS_WRITE: return nil
        case COPENSSL_END: return 0
        case COPENSSL_PLAIN_HTTP:
            fault = .plainHTTP
            _ = try? super.send(Self.plainAnswer.span, more: false, to: socket)
        default: fault = .alert(unsafe String(cString: copenssl_reason(connection)))
        }
        throw .protocolError
    }

    override func finish(to socket: borrowing Descriptor) {
        if fault == nil { unsafe copenssl_finish(connection) }
    }

    /// What a client reads that speaks HTTP to this port.
    private static let plainAnswer: [UInt8] = {
        let body = #"{"error":"bad_request","error_description":"this port speaks TLS: use https:// or wss://"}"#
        let head = """
            HTTP/1.1 400 Bad Request\r
            Content-Type: application/json; charset=UTF-8\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r

            """
        return Array((head + body).utf8)
    }()
}
