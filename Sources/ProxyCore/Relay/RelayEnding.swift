/// How a connection ends, as a machine without sockets: it is told what happened, and says what the relay is to do.
///
///     open ──client's FIN──▶ halfClosed        seekingBoundary ──boundary, Chrome's end──▶ farewell
///      │ └──first Close────▶ closing ──second Close──▶ closed      farewell ──all written──▶ lingering
///      └──fault, drain──▶ seekingBoundary                          farewell ──sink full──▶ flushing ──▶ lingering
///
/// From every state but `ended` the client's disappearance leads to `ended`; from `open` to `closed`, Chrome's end leads to
/// `farewell`.
///
/// A frame of the proxy's own may stand at a frame boundary only. So the relay first goes on to the next one, then says Close,
/// ends its side and reads what the client still sends: closing a socket with unread bytes in it would make the kernel reset
/// the connection, and the Close frame would be lost with it.
struct RelayEnding: ~Copyable {
    /// Where the connection stands.
    enum State: Equatable {
        /// Both directions run.
        case open
        /// The client has ended its direction without a Close; Chrome may still answer what it was asked.
        case halfClosed
        /// One side has said Close; the other is to answer.
        case closing(first: RelayEnd)
        /// Both sides have said Close.
        case closed(first: RelayEnd)
        /// A Close of the proxy's waits for a boundary on the way to the client.
        case seekingBoundary(Goodbye, bytesSent: UInt64)
        /// The last bytes are on their way to the client.
        case farewell(RelayEnd)
        /// Chrome is let go of, and the client takes no more of the last bytes for now.
        case flushing(RelayEnd)
        /// The client has been sent everything; its end of the connection is awaited.
        case lingering(RelayEnd)
        /// The sockets are given up.
        case ended
    }

    /// What happened.
    enum Input: Equatable {
        /// The client's Close frame was passed on.
        case clientClosed(CloseCode)
        /// Chrome's Close frame was passed on.
        case chromeClosed(CloseCode)
        /// The client sends no more.
        case clientFinished
        /// The client can be told nothing more: it was reset, or it answers no Ping.
        case clientGone
        /// The client broke the rules of RFC 6455, or the proxy's.
        case clientFault(FrameFault)
        /// Chrome takes no more bytes.
        case chromeBroke
        /// Chrome sends no more, or nothing valid.
        case chromeFinished
        /// Chrome answers no Ping, or nothing else.
        case chromeGone
        /// All that Chrome has sent so far is written, its Close frame among it.
        case chromeCloseWritten
        /// A boundary is reached on the way to the client.
        case boundary
        /// The proxy ends the connection.
        case closeAsked(CloseCode, reason: String)
        /// All of the last bytes are written. `clientIsDone`: the client has said Close, and nothing of it is unread.
        case farewellWritten(clientIsDone: Bool)
        /// The client takes no more of the last bytes for now.
        case farewellBlocked
        /// The timer fired.
        case timer
    }

    /// What the relay sees as an input comes.
    struct Facts: Equatable {
        let now: Instant
        /// When Chrome last sent a byte.
        let lastFromChrome: Instant
        /// How many bytes the client has taken.
        let bytesSent: UInt64
    }

    /// What the relay is to do.
    enum Action: Equatable {
        case nothing
        /// Sets the timer.
        case wake(at: Instant)
        /// The client has said Close first: lets the kernel send Chrome's own together with the end; sets the timer.
        case awaitChromesClose(until: Instant)
        /// Passes nothing more to Chrome and says so to it; sets the timer.
        case finishTowardsChrome(wake: Instant)
        /// Passes nothing more to Chrome, and reads what it sent before it broke.
        case readOutChrome
        /// Looks for sides that were silent.
        case checkSilence
        /// Goes on to the next boundary on the way to the client, drops what the client sends; sets the timer.
        case seekBoundary(wake: Instant)
        /// Puts the Close frame in if one may stand there, and writes what is left to be written.
        case sayFarewell(close: Goodbye?)
        /// Lets go of Chrome; sets the timer.
        case leaveChrome(wake: Instant)
        /// Lets go of Chrome, ends the side towards the client, drops what it still sends; sets the timer.
        case linger(wake: Instant)
        /// Ends the side towards the client and drops what it still sends.
        case awaitClient
        /// Gives up both sockets, Chrome's unless that was done before.
        case finish(RelayEnd, holdsChrome: Bool)
    }

    /// The Close frame that tells the client why.
    struct Goodbye: Equatable {
        let end: RelayEnd
        let code: CloseCode
        let reason: String
        /// Until when a frame that is under way may go on.
        let deadline: Instant

        /// A goodbye decided now.
        init(_ end: RelayEnd, _ code: CloseCode, reason: String = "", at now: Instant) {
            self.end = end
            self.code = code
            self.reason = reason
            deadline = now + RelayTimeouts.longestFrame
        }
    }

    private(set) var state = State.open

    /// Takes an input, and says what the relay is to do.
    mutating func handle(_ input: Input, _ facts: Facts) -> Action {
        let (next, action) = Self.step(state, input, facts)
        state = next
        return action
    }

    /// The state that follows, and the action, for every state and input.
    static func step(_ state: State, _ input: Input, _ facts: Facts) -> (State, Action) {
        switch state {
        case .open: open(input, facts)
        case .halfClosed: halfClosed(input, facts)
        case .closing(let first): closing(first, input, facts)
        case .closed(let first): closed(first, input, facts)
        case .seekingBoundary(let goodbye, let bytesSent): seekingBoundary(goodbye, bytesSent, input, facts)
        case .farewell(let end): farewell(end, input, facts)
        case .flushing(let end): flushing(end, input)
        case .lingering(let end): lingering(end, input)
        case .ended: (.ended, .nothing)
        }
    }
}

// MARK: - What is passed on

extension RelayEnding {
    /// What is done with bytes of a side.
    enum Passage {
        /// They are passed on.
        case pump
        /// They are read and dropped.
        case discard
        /// Nothing of that side is read; what is held is written.
        case flush
        /// Nothing: the sockets are given up.
        case stop
    }

    /// What is done with the bytes of both sides.
    struct Passages: Equatable {
        let fromClient: Passage
        let fromChrome: Passage

        static let open = Passages(fromClient: .pump, fromChrome: .pump)
    }

    /// What is done with the bytes of both sides.
    var passages: Passages {
        switch state {
        case .open, .halfClosed, .closing, .closed: .open
        case .seekingBoundary: Passages(fromClient: .discard, fromChrome: .pump)
        case .farewell, .flushing, .lingering: Passages(fromClient: .discard, fromChrome: .flush)
        case .ended: Passages(fromClient: .stop, fromChrome: .stop)
        }
    }

    /// Whether Chrome's socket is still registered with the loop.
    var holdsChrome: Bool {
        switch state {
        case .open, .halfClosed, .closing, .closed, .seekingBoundary, .farewell: true
        case .flushing, .lingering, .ended: false
        }
    }

    /// Whether both directions run and no side has said Close, so that silence may be judged.
    var isOpen: Bool { state == .open }
}
