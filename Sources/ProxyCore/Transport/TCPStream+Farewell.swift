extension TCPStream {
    /// How long a client may take to read its last answer, and how much of what it still sends is read meanwhile.
    private static var farewell: (patience: Duration, bytes: Int) { (.seconds(2), 1 << 20) }

    /// Sends the last bytes of a connection and closes it, so that they arrive.
    ///
    /// A socket that is closed with unread bytes in it resets the connection, and what was sent may be lost with it
    /// (RFC 9112, section 9.6). So while the peer may still be sending, this side only says that it is done, and reads on
    /// until the peer is, within limits.
    public func sendLast(_ bytes: [UInt8], peerMayBeSending: Bool) async {
        setDeadline(loop.now + Self.farewell.patience)
        defer { close() }
        do throws(StreamError) {
            try await write(bytes, last: true)
            guard peerMayBeSending else { return }
            finishWriting()
            try await drop(atMost: Self.farewell.bytes)
        } catch {
            // The peer is gone or too slow; nothing more can be told to it.
        }
    }

    /// Reads what comes until the peer ends, or has sent more than anybody sends by mistake.
    private func drop(atMost limit: Int) async throws(StreamError) {
        var dropped: [UInt8] = []
        var left = limit
        while left > 0 {
            dropped.removeAll(keepingCapacity: true)
            let count = try await read(appendingTo: &dropped)
            guard count > 0 else { return }
            left -= count
        }
    }
}
