import Glibc

/// permessage-deflate (RFC 7692) between a client's socket, or its TLS, and its connection, which therefore knows nothing of it: the
/// relay, the policy and the ending see frames as they are without an extension.
///
/// It holds bytes only while one of the two sides does not take them.
final class CompressionCodec: LegCodec, @unchecked Sendable {
    /// From how many decoded bytes on no more are decoded before they were taken.
    private static let room = 64 << 10
    /// How much room is kept for the next bytes.
    private static let keptRoom = 4 << 10

    /// What encodes the bytes further; nil when they go to the socket.
    private let inner: LegCodec?
    private let pool: CompressionPool
    private var inflater: MessageInflater
    private var deflater: MessageDeflater

    /// Bytes of the client that wait to be decoded.
    private var input: [UInt8]
    /// Decoded bytes that wait to be taken, from a position on.
    private var decoded: [UInt8] = []
    private var decodedPosition = 0
    /// Encoded bytes that wait to be written, from a position on, and how many bytes they stand for.
    private var output: [UInt8] = []
    private var outputPosition = 0
    private var encoded = 0
    /// Whether the connection's bytes were said to be over because of the fault.
    private var faultIsTold = false
    /// Whether the last call of ``receive(into:from:)`` read from the socket, and emptied it.
    private var hasEmptiedSocket = false

    /// Compression as agreed on, over another codec if there is one. `received` came from the client already.
    init(_ agreement: PermessageDeflate, over inner: LegCodec?, with pool: CompressionPool, received: [UInt8]) {
        self.inner = inner
        self.pool = pool
        inflater = MessageInflater(pool.streams)
        deflater = MessageDeflater(agreement, pool.streams)
        input = received
        super.init()
    }

    deinit {
        inflater.release()
        deflater.release()
    }

    /// What the client did that cannot be decoded.
    var fault: FrameFault? { inflater.fault }

    /// What it came to so far.
    var totals: CompressionTotals {
        var totals = CompressionTotals()
        totals.plainToChrome = inflater.plainBytes
        totals.compressedToChrome = inflater.compressedBytes
        totals.plainToClient = deflater.plainBytes
        totals.compressedToClient = deflater.compressedBytes
        return totals
    }

    // MARK: From the client

    /// After a fault the connection's bytes are over; what is read from then on is not decoded, and only to be dropped.
    override func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        from socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        hasEmptiedSocket = false
        while true {
            if decodedPosition < decoded.count { return unsafe takeDecoded(into: buffer) }
            if fault != nil {
                guard faultIsTold else {
                    faultIsTold = true
                    return 0
                }
                return unsafe try receiveEncoded(into: buffer, from: socket)
            }
            if !input.isEmpty || inflater.hasMore {
                decodeInput()
                continue
            }
            guard let count = try readAndDecode(from: socket) else { return nil }
            if count == 0 { return 0 }
        }
    }

    /// What an earlier call left in the socket is not known any more: by now an edge may have announced other bytes.
    override var isDrained: Bool {
        hasEmptiedSocket && decoded.isEmpty && input.isEmpty && !inflater.hasMore && fault == nil
    }

    private func takeDecoded(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, decoded.count - decodedPosition)
        unsafe decoded.withUnsafeBytes { decoded in
            let next = unsafe UnsafeRawBufferPointer(rebasing: decoded[decodedPosition..<decodedPosition + count])
            unsafe buffer.copyMemory(from: next)
        }
        decodedPosition += count
        if decodedPosition == decoded.count { Self.empty(&decoded, &decodedPosition) }
        return count
    }

    private func decodeInput() {
        let waiting = input
        input = []
        let taken = inflater.take(waiting.span, into: &decoded, room: Self.room)
        if taken < waiting.count { input = Array(waiting[taken...]) }
    }

    private func readAndDecode(from socket: borrowing Descriptor) throws(Errno) -> Int? {
        // Taken out, so that it is nobody else's while it is borrowed.
        var scratch = pool.scratch
        pool.scratch = []
        defer { pool.scratch = scratch }
        var failure: Errno?
        let count = unsafe scratch.withUnsafeMutableBytes { (scratch) -> Int? in
            do throws(Errno) { return unsafe try receiveEncoded(into: scratch, from: socket) } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        guard let count, count > 0 else { return count }
        let taken = inflater.take(scratch.span.extracting(..<count), into: &decoded, room: Self.room)
        if taken < count { input = Array(scratch[taken..<count]) }
        return count
    }

    private func receiveEncoded(
        into buffer: UnsafeMutableRawBufferPointer,
        from socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        guard let inner else {
            let count = unsafe try super.receive(into: buffer, from: socket)
            // A short read emptied the socket.
            hasEmptiedSocket = (count ?? 0) < buffer.count
            return count
        }
        defer { hasEmptiedSocket = inner.isDrained }
        return unsafe try inner.receive(into: buffer, from: socket)
    }

    // MARK: To the client

    /// A quarter of a millisecond for a picture, and a tenth for HTML.
    override var mostInTurn: Int { 16 << 10 }

    override func send(_ bytes: Span<UInt8>, more: Bool, to socket: borrowing Descriptor) throws(Errno) -> Int? {
        if encoded == 0 {
            deflater.take(bytes, into: &output)
            encoded = bytes.count
            pool.used()
        }
        guard try writeOutput(more: more, to: socket) else { return nil }
        Self.empty(&output, &outputPosition)
        defer { encoded = 0 }
        return encoded
    }

    /// Writes the encoded bytes; false when not all of them were taken. It holds them for itself, so that afterwards their room
    /// can be used again without a copy.
    private func writeOutput(more: Bool, to socket: borrowing Descriptor) throws(Errno) -> Bool {
        let waiting = output
        while outputPosition < waiting.count {
            let rest = waiting.span.extracting(outputPosition...)
            guard let count = try sendEncoded(rest, more: more, to: socket) else { return false }
            outputPosition += count
        }
        return true
    }

    private func sendEncoded(
        _ bytes: Span<UInt8>,
        more: Bool,
        to socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        guard let inner else { return try super.send(bytes, more: more, to: socket) }
        return try inner.send(bytes, more: more, to: socket)
    }

    override func finish(to socket: borrowing Descriptor) { inner?.finish(to: socket) }

    private static func empty(_ bytes: inout [UInt8], _ position: inout Int) {
        if bytes.capacity > keptRoom { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
        position = 0
    }
}
