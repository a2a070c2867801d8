/// When a client last sent part of a message. Control frames do not count: the proxy's Pings ask for Pongs, and the libraries
/// of many clients send Pings of their own.
///
/// It costs nothing for each message: it is told nothing, and looks when it is asked. If a control frame came after a
/// message since the last look, the message counts as sent with the control frame.
struct ClientActivity {
    private var messageBytes: UInt64 = 0
    private var last: Instant

    /// Nothing was sent yet.
    init(at now: Instant) {
        last = now
    }

    /// Looks at the direction from the client.
    mutating func last(in up: borrowing Flow) -> Instant {
        let bytes = up.messageBytes
        if bytes > messageBytes { (messageBytes, last) = (bytes, up.lastByte) }
        return last
    }
}
