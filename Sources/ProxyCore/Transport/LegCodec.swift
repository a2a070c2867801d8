/// What stands between a leg's socket and the bytes of its connection when they are not the same, as under encryption.
///
/// A class to inherit from, not a protocol, so that a call goes through one table; a plain leg has none and pays one
/// comparison. A codec's bytes pass through user space: such a leg cannot splice.
///
/// `@unchecked Sendable`: a codec belongs to one leg, which one loop's thread uses at a time.
class LegCodec: @unchecked Sendable {
    /// A codec that its subclass sets up.
    init() {}

    /// Reads bytes of the connection; 0 is their end, nil that none have come whole. As long as it gives bytes more may be
    /// decoded already.
    func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        from socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        unsafe try socket.receive(into: buffer)
    }

    /// Whether the last read left nothing, neither decoded nor, at that moment, in the socket.
    var isDrained: Bool { false }

    /// How many bytes are to be sent in one turn of the loop at most, since other connections wait while they are encoded.
    var mostInTurn: Int { .max }

    /// Takes bytes of the connection and writes them encoded. Nil when the kernel did not take all that was encoded of them:
    /// the same bytes come again, and are not encoded twice.
    func send(_ bytes: Span<UInt8>, more: Bool, to socket: borrowing Descriptor) throws(Errno) -> Int? {
        try socket.send(bytes, more: more)
    }

    /// Writes what tells the peer that the connection's bytes are over, before the socket's own end is sent.
    func finish(to socket: borrowing Descriptor) {}
}
