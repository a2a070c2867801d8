extension Relay {
    /// How far the relay is.
    enum Phase {
        /// Both directions run.
        case open
        /// A Close frame waits for a boundary on the way to the client.
        case leaving(Goodbye)
        /// Everything has been said to the client; its end of the connection is awaited.
        case lingering(RelayEnd)
        /// Over.
        case ended
    }

    /// How the client is to be told that it is over.
    struct Goodbye {
        let end: RelayEnd
        let code: CloseCode
        let reason: String
        /// Until when the frame that is under way may go on.
        let deadline: Instant

        /// A goodbye decided now: whatever frame is under way has ``RelayTimeouts/longest`` to end.
        init(_ end: RelayEnd, _ code: CloseCode, reason: String, at now: Instant) {
            self.end = end
            self.code = code
            self.reason = reason
            deadline = now + RelayTimeouts.longest
        }
    }

    /// Which socket an event is of.
    enum Tag {
        static let client: UInt8 = 0
        static let chrome: UInt8 = 1
    }
}
