/// How long and how much of what a peer still sends is read for the sake of the last answer to it.
public struct FarewellLimits: Sendable {
    /// How long the peer may take for the next piece: of the answer that it reads, and of what it sends.
    public var silence = Duration.seconds(2)
    /// How long it may take for all that it still sends.
    public var duration = Duration.seconds(10)
    /// How many bytes it may still send.
    public var bytes = 64 << 20

    /// The limits of every answer.
    public init() {}
}

extension TCPStream {
    /// Sends the last bytes of a connection and closes it, so that they arrive: ``sayLast(_:peerMayBeSending:)`` and
    /// ``readOut(within:)``.
    public func sendLast(_ bytes: [UInt8], peerMayBeSending: Bool) async {
        if await sayLast(bytes, peerMayBeSending: peerMayBeSending) { await readOut() }
    }

    /// Sends the last bytes of a connection. False when it is closed by then, as it is unless the peer may still be sending.
    ///
    /// A socket that is closed with unread bytes in it resets the connection, and what was sent may be lost with it
    /// (RFC 9112, section 9.6). A client that sends a large body reads no answer before it has sent the whole; so what comes
    /// is read on until the peer is done: ``readOut(within:)``.
    public func sayLast(_ bytes: [UInt8], peerMayBeSending: Bool) async -> Bool {
        let silence = FarewellLimits().silence
        do throws(StreamError) {
            // From now, not from when the turn began: to make a long answer may have taken a while.
            var rest = bytes[...]
            while rest.count > Self.piece {
                setDeadline(.now() + silence)
                try await write(Array(rest.prefix(Self.piece)))
                rest.removeFirst(Self.piece)
            }
            setDeadline(.now() + silence)
            try await write(Array(rest), last: true)
        } catch {
            // The peer is gone or too slow; nothing more can be told to it.
            close()
            return false
        }
        guard peerMayBeSending else {
            close()
            return false
        }
        finishWriting()
        return true
    }

    /// How much of an answer a peer may take as long as for a piece.
    private static var piece: Int { 128 << 10 }

    /// Reads what the peer still sends until it is done, or beyond the limits, and closes.
    public func readOut(within limits: FarewellLimits = FarewellLimits()) async {
        defer { close() }
        let end = Instant.now() + limits.duration
        var left = limits.bytes
        while left > 0 {
            setDeadline(min(end, .now() + limits.silence))
            do throws(StreamError) {
                let count = try await readAndDrop()
                guard count > 0 else { return }
                left -= count
            } catch {
                return
            }
        }
    }
}
