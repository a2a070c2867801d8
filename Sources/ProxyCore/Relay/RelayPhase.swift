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

        /// A goodbye decided now: whatever frame is under way has ``Patience/longest`` to end.
        init(_ end: RelayEnd, _ code: CloseCode, reason: String, at now: Instant) {
            self.end = end
            self.code = code
            self.reason = reason
            deadline = now + Patience.longest
        }
    }

    /// Which socket an event is of.
    enum Tag {
        static let client: UInt8 = 0
        static let chrome: UInt8 = 1
    }

    /// How long is waited for what may never come.
    enum Patience {
        /// For a boundary to put a Close frame at while nothing moves, and after it for the client's end.
        static let standard = Duration.seconds(2)
        /// For that boundary while the frame before it does move.
        static let longest = Duration.seconds(30)
        /// For one side to say something after the other has ended, or said Close.
        static let halfOpen = Duration.seconds(5)
        /// For much of a large frame to come at once.
        static let forMuch = Duration.milliseconds(5)
    }
}
