// One function for each state that names every input; nothing happens by default.

extension RelayEnding {
    static func open(_ input: Input, _ facts: Facts) -> (State, Action) {
        switch input {
        case .clientClosed(let code):
            let first = RelayEnd(code: code, side: .client)
            return (.closing(first: first), .awaitChromesClose(until: facts.now + RelayTimeouts.halfOpen))
        case .chromeClosed(let code):
            return (.closing(first: RelayEnd(code: code, side: .chrome)), .wake(at: facts.now + RelayTimeouts.halfOpen))
        case .clientFinished: return (.halfClosed, .finishTowardsChrome(wake: facts.now + RelayTimeouts.halfOpen))
        case .clientGone: return finish(.clientVanished)
        case .clientFault(let fault): return leave(after: fault, facts)
        case .closeAsked(let code, let reason): return leave(code, reason, facts)
        case .chromeBroke: return (.open, .readOutChrome)
        case .chromeFinished: return sayChromeIsGone("Chrome is gone", facts)
        case .chromeGone: return sayChromeIsGone("Chrome does not answer", facts)
        case .timer: return (.open, .checkSilence)
        case .chromeCloseWritten, .boundary, .farewellWritten, .farewellBlocked: return (.open, .nothing)
        }
    }

    static func halfClosed(_ input: Input, _ facts: Facts) -> (State, Action) {
        switch input {
        case .chromeClosed(let code):
            return (.closing(first: RelayEnd(code: code, side: .chrome)), .wake(at: facts.now + RelayTimeouts.halfOpen))
        case .clientGone: return finish(.clientVanished)
        case .closeAsked(let code, let reason): return leave(code, reason, facts)
        case .chromeBroke: return (.halfClosed, .readOutChrome)
        case .chromeFinished, .chromeGone: return (.farewell(.clientVanished), .sayFarewell(close: nil))
        case .timer:
            return facts.chromeMayAnswer
                ? (.halfClosed, .wake(at: facts.lastFromChrome + RelayTimeouts.halfOpen))
                : halfClosed(.chromeFinished, facts)
        case .clientClosed, .clientFinished, .clientFault, .chromeCloseWritten, .boundary, .farewellWritten,
            .farewellBlocked:
            return (.halfClosed, .nothing)
        }
    }

    static func closing(_ first: RelayEnd, _ input: Input, _ facts: Facts) -> (State, Action) {
        switch input {
        case .clientClosed: return (first.side == .client ? .closing(first: first) : .closed(first: first), .nothing)
        case .chromeClosed: return (first.side == .chrome ? .closing(first: first) : .closed(first: first), .nothing)
        case .clientFinished:
            return (.closing(first: first), .finishTowardsChrome(wake: facts.now + RelayTimeouts.halfOpen))
        case .clientGone: return finish(first)
        case .clientFault(let fault): return leave(after: fault, facts)
        case .closeAsked(let code, let reason): return leave(code, reason, facts)
        case .chromeBroke: return (.closing(first: first), .readOutChrome)
        case .chromeFinished, .chromeGone: return answerClose(first, facts)
        case .timer:
            return facts.chromeMayAnswer
                ? (.closing(first: first), .wake(at: facts.lastFromChrome + RelayTimeouts.halfOpen))
                : answerClose(first, facts)
        case .chromeCloseWritten, .boundary, .farewellWritten, .farewellBlocked:
            return (.closing(first: first), .nothing)
        }
    }

    static func closed(_ first: RelayEnd, _ input: Input, _ facts: Facts) -> (State, Action) {
        switch input {
        case .clientFinished:
            return (.closed(first: first), .finishTowardsChrome(wake: facts.now + RelayTimeouts.halfOpen))
        case .clientGone: return finish(first)
        case .closeAsked(let code, let reason): return leave(code, reason, facts)
        case .chromeBroke: return (.closed(first: first), .readOutChrome)
        case .chromeFinished, .chromeGone, .chromeCloseWritten: return (.farewell(first), .sayFarewell(close: nil))
        case .timer:
            return facts.chromeMayAnswer
                ? (.closed(first: first), .wake(at: facts.lastFromChrome + RelayTimeouts.halfOpen))
                : (.farewell(first), .sayFarewell(close: nil))
        case .clientClosed, .chromeClosed, .clientFault, .boundary, .farewellWritten, .farewellBlocked:
            return (.closed(first: first), .nothing)
        }
    }

    static func seekingBoundary(
        _ goodbye: Goodbye,
        _ bytesSent: UInt64,
        _ input: Input,
        _ facts: Facts
    ) -> (State, Action) {
        switch input {
        case .boundary, .chromeFinished: return (.farewell(goodbye.end), .sayFarewell(close: goodbye))
        case .clientGone: return finish(goodbye.end)
        // Gives up on a boundary that does not come nearer, or not soon enough.
        case .timer:
            guard facts.bytesSent != bytesSent, facts.now < goodbye.deadline else { return finish(goodbye.end) }
            return (
                .seekingBoundary(goodbye, bytesSent: facts.bytesSent), .wake(at: facts.now + RelayTimeouts.standard)
            )
        case .clientClosed, .chromeClosed, .clientFinished, .clientFault, .chromeBroke, .chromeGone,
            .chromeCloseWritten, .closeAsked, .farewellWritten, .farewellBlocked:
            return (.seekingBoundary(goodbye, bytesSent: bytesSent), .nothing)
        }
    }

    static func farewell(_ end: RelayEnd, _ input: Input, _ facts: Facts) -> (State, Action) {
        switch input {
        case .farewellWritten(clientIsDone: true), .clientGone: return finish(end)
        case .farewellWritten(clientIsDone: false):
            return (.lingering(end), .linger(wake: facts.now + RelayTimeouts.standard))
        case .farewellBlocked: return (.flushing(end), .leaveChrome(wake: facts.now + RelayTimeouts.standard))
        case .clientClosed, .chromeClosed, .clientFinished, .clientFault, .chromeBroke, .chromeFinished, .chromeGone,
            .chromeCloseWritten, .boundary, .closeAsked, .timer:
            return (.farewell(end), .nothing)
        }
    }

    static func flushing(_ end: RelayEnd, _ input: Input) -> (State, Action) {
        switch input {
        case .farewellWritten(clientIsDone: true), .clientGone, .timer: return finish(end, holdsChrome: false)
        case .farewellWritten(clientIsDone: false): return (.lingering(end), .awaitClient)
        case .clientClosed, .chromeClosed, .clientFinished, .clientFault, .chromeBroke, .chromeFinished, .chromeGone,
            .chromeCloseWritten, .boundary, .closeAsked, .farewellBlocked:
            return (.flushing(end), .nothing)
        }
    }

    static func lingering(_ end: RelayEnd, _ input: Input) -> (State, Action) {
        switch input {
        case .clientFinished, .clientGone, .timer, .farewellWritten(clientIsDone: true):
            return finish(end, holdsChrome: false)
        case .clientClosed, .chromeClosed, .clientFault, .chromeBroke, .chromeFinished, .chromeGone,
            .chromeCloseWritten, .boundary, .closeAsked, .farewellWritten(clientIsDone: false), .farewellBlocked:
            return (.lingering(end), .nothing)
        }
    }

    // MARK: What several states have in common

    private static func finish(_ end: RelayEnd, holdsChrome: Bool = true) -> (State, Action) {
        (.ended, .finish(end, holdsChrome: holdsChrome))
    }

    private static func leave(after fault: FrameFault, _ facts: Facts) -> (State, Action) {
        let end = RelayEnd(code: fault.closeCode, side: .client, fault: fault)
        return seekBoundary(Goodbye(end, fault.closeCode, reason: fault.reason, at: facts.now), facts)
    }

    private static func leave(_ code: CloseCode, _ reason: String, _ facts: Facts) -> (State, Action) {
        let end = RelayEnd(code: code, side: .proxy)
        return seekBoundary(Goodbye(end, code, reason: reason, at: facts.now), facts)
    }

    /// Nothing can be said to the client before the next boundary on the way to it.
    private static func seekBoundary(_ goodbye: Goodbye, _ facts: Facts) -> (State, Action) {
        let next = State.seekingBoundary(goodbye, bytesSent: facts.bytesSent)
        return (next, .seekBoundary(wake: facts.now + RelayTimeouts.standard))
    }

    private static func sayChromeIsGone(_ reason: String, _ facts: Facts) -> (State, Action) {
        let end = RelayEnd(code: .internalError, side: .chrome)
        let goodbye = Goodbye(end, .internalError, reason: reason, at: facts.now)
        return (.farewell(end), .sayFarewell(close: goodbye))
    }

    /// Chrome has ended. If it did not answer the client's Close with its own, the proxy does.
    private static func answerClose(_ first: RelayEnd, _ facts: Facts) -> (State, Action) {
        guard first.side == .client else { return (.farewell(first), .sayFarewell(close: nil)) }
        let echo = first.code.isLegalOnTheWire ? first.code : .normal
        return (.farewell(first), .sayFarewell(close: Goodbye(first, echo, at: facts.now)))
    }
}

extension RelayEnding.Facts {
    /// Whether Chrome has sent something so lately that more may come.
    fileprivate var chromeMayAnswer: Bool { lastFromChrome + RelayTimeouts.halfOpen > now }
}

extension RelayEnd {
    /// The client ended its direction, or its connection, without a Close.
    fileprivate static var clientVanished: RelayEnd { RelayEnd(code: .abnormal, side: .client) }
}
