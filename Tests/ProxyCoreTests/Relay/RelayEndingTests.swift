import TestSupport
import Testing

@testable import ProxyCore

private typealias Input = RelayEnding.Input
private typealias Action = RelayEnding.Action
private typealias State = RelayEnding.State

private let now = Instant(nanoseconds: 1_000_000_000_000)
private let soon = now + RelayTimeouts.standard
private let later = now + RelayTimeouts.halfOpen
private let facts = RelayEnding.Facts(now: now, lastFromChrome: now, bytesSent: 7)
/// Chrome has been silent for longer than a half-open connection waits.
private let chromeSilent = RelayEnding.Facts(
    now: now,
    lastFromChrome: Instant(nanoseconds: 1_000_000_000_000 - 6_000_000_000),
    bytesSent: 7
)

private let byClient = RelayEnd(code: .goingAway, side: .client)
private let byChrome = RelayEnd(code: .goingAway, side: .chrome)
private let vanished = RelayEnd(code: .abnormal, side: .client)
private let chromeGone = RelayEnd(code: .internalError, side: .chrome)
private let drained = RelayEnd(code: .serviceRestart, side: .proxy)
private let faulty = RelayEnd(code: .protocolError, side: .client, fault: .notMasked)

private let drain = RelayEnding.Goodbye(drained, .serviceRestart, reason: "drain", at: now)
private let rebuke = RelayEnding.Goodbye(faulty, .protocolError, reason: FrameFault.notMasked.reason, at: now)
private let chromeIsSilent = RelayEnding.Goodbye(
    chromeGone,
    .internalError,
    reason: "Chrome does not answer",
    at: now
)
private let chromeIsGone = RelayEnding.Goodbye(chromeGone, .internalError, reason: "Chrome is gone", at: now)
private let echo = RelayEnding.Goodbye(byClient, .goingAway, at: now)

/// Every input, each once.
private let inputs: [Input] = [
    .clientClosed(.goingAway), .chromeClosed(.goingAway), .clientFinished, .clientGone, .clientFault(.notMasked),
    .chromeBroke, .chromeFinished, .chromeGone, .chromeCloseWritten, .boundary,
    .closeAsked(.serviceRestart, reason: "drain"), .farewellWritten(clientIsDone: true),
    .farewellWritten(clientIsDone: false), .farewellBlocked, .timer,
]

@Suite struct RelayEndingTests {
    /// What follows in a state: for the inputs that are named; any other changes nothing.
    struct Row: Sendable, CustomTestStringConvertible {
        let state: RelayEnding.State
        let steps: [(RelayEnding.Input, RelayEnding.State, RelayEnding.Action)]
        var testDescription: String { "\(state)" }
    }

    private static let seekingDrain = State.seekingBoundary(drain, bytesSent: 7)
    private static let seekingRebuke = State.seekingBoundary(rebuke, bytesSent: 7)

    private static let rows: [Row] = [
        Row(
            state: .open,
            steps: [
                (.clientClosed(.goingAway), .closing(first: byClient), .awaitChromesClose(until: later)),
                (.chromeClosed(.goingAway), .closing(first: byChrome), .wake(at: later)),
                (.clientFinished, .halfClosed, .finishTowardsChrome(wake: later)),
                (.clientGone, .ended, .finish(vanished, holdsChrome: true)),
                (.clientFault(.notMasked), seekingRebuke, .seekBoundary(wake: soon)),
                (.chromeBroke, .open, .readOutChrome),
                (.chromeFinished, .farewell(chromeGone), .sayFarewell(close: chromeIsGone)),
                (.chromeGone, .farewell(chromeGone), .sayFarewell(close: chromeIsSilent)),
                (.closeAsked(.serviceRestart, reason: "drain"), seekingDrain, .seekBoundary(wake: soon)),
                (.timer, .open, .checkSilence),
            ]
        ),
        Row(
            state: .halfClosed,
            steps: [
                (.chromeClosed(.goingAway), .closing(first: byChrome), .wake(at: later)),
                (.clientGone, .ended, .finish(vanished, holdsChrome: true)),
                (.chromeBroke, .halfClosed, .readOutChrome),
                (.chromeFinished, .farewell(vanished), .sayFarewell(close: nil)),
                (.chromeGone, .farewell(vanished), .sayFarewell(close: nil)),
                (.closeAsked(.serviceRestart, reason: "drain"), seekingDrain, .seekBoundary(wake: soon)),
                (.timer, .halfClosed, .wake(at: later)),
            ]
        ),
        Row(
            state: .closing(first: byClient),
            steps: [
                (.chromeClosed(.goingAway), .closed(first: byClient), .nothing),
                (.clientFinished, .closing(first: byClient), .finishTowardsChrome(wake: later)),
                (.clientGone, .ended, .finish(byClient, holdsChrome: true)),
                (.clientFault(.notMasked), seekingRebuke, .seekBoundary(wake: soon)),
                (.chromeBroke, .closing(first: byClient), .readOutChrome),
                (.chromeFinished, .farewell(byClient), .sayFarewell(close: echo)),
                (.chromeGone, .farewell(byClient), .sayFarewell(close: echo)),
                (.closeAsked(.serviceRestart, reason: "drain"), seekingDrain, .seekBoundary(wake: soon)),
                (.timer, .closing(first: byClient), .wake(at: later)),
            ]
        ),
        Row(
            state: .closing(first: byChrome),
            steps: [
                (.clientClosed(.goingAway), .closed(first: byChrome), .nothing),
                (.clientFinished, .closing(first: byChrome), .finishTowardsChrome(wake: later)),
                (.clientGone, .ended, .finish(byChrome, holdsChrome: true)),
                (.clientFault(.notMasked), seekingRebuke, .seekBoundary(wake: soon)),
                (.chromeBroke, .closing(first: byChrome), .readOutChrome),
                (.chromeFinished, .farewell(byChrome), .sayFarewell(close: nil)),
                (.chromeGone, .farewell(byChrome), .sayFarewell(close: nil)),
                (.closeAsked(.serviceRestart, reason: "drain"), seekingDrain, .seekBoundary(wake: soon)),
                (.timer, .closing(first: byChrome), .wake(at: later)),
            ]
        ),
        Row(
            state: .closed(first: byClient),
            steps: [
                (.clientFinished, .closed(first: byClient), .finishTowardsChrome(wake: later)),
                (.clientGone, .ended, .finish(byClient, holdsChrome: true)),
                (.chromeBroke, .closed(first: byClient), .readOutChrome),
                (.chromeFinished, .farewell(byClient), .sayFarewell(close: nil)),
                (.chromeGone, .farewell(byClient), .sayFarewell(close: nil)),
                (.chromeCloseWritten, .farewell(byClient), .sayFarewell(close: nil)),
                (.closeAsked(.serviceRestart, reason: "drain"), seekingDrain, .seekBoundary(wake: soon)),
                (.timer, .closed(first: byClient), .wake(at: later)),
            ]
        ),
        Row(
            state: seekingDrain,
            steps: [
                (.boundary, .farewell(drained), .sayFarewell(close: drain)),
                (.chromeFinished, .farewell(drained), .sayFarewell(close: drain)),
                (.clientGone, .ended, .finish(drained, holdsChrome: true)),
                // The client has taken nothing since.
                (.timer, .ended, .finish(drained, holdsChrome: true)),
            ]
        ),
        Row(
            state: .seekingBoundary(drain, bytesSent: 6),
            steps: [
                (.boundary, .farewell(drained), .sayFarewell(close: drain)),
                (.chromeFinished, .farewell(drained), .sayFarewell(close: drain)),
                (.clientGone, .ended, .finish(drained, holdsChrome: true)),
                (.timer, seekingDrain, .wake(at: soon)),
            ]
        ),
        Row(
            state: .farewell(drained),
            steps: [
                (.farewellWritten(clientIsDone: true), .ended, .finish(drained, holdsChrome: true)),
                (.farewellWritten(clientIsDone: false), .lingering(drained), .linger(wake: soon)),
                (.farewellBlocked, .flushing(drained), .leaveChrome(wake: soon)),
                (.clientGone, .ended, .finish(drained, holdsChrome: true)),
            ]
        ),
        Row(
            state: .flushing(drained),
            steps: [
                (.farewellWritten(clientIsDone: true), .ended, .finish(drained, holdsChrome: false)),
                (.farewellWritten(clientIsDone: false), .lingering(drained), .awaitClient),
                (.clientGone, .ended, .finish(drained, holdsChrome: false)),
                (.timer, .ended, .finish(drained, holdsChrome: false)),
            ]
        ),
        Row(
            state: .lingering(drained),
            steps: [
                (.farewellWritten(clientIsDone: true), .ended, .finish(drained, holdsChrome: false)),
                (.clientFinished, .ended, .finish(drained, holdsChrome: false)),
                (.clientGone, .ended, .finish(drained, holdsChrome: false)),
                (.timer, .ended, .finish(drained, holdsChrome: false)),
            ]
        ),
        Row(state: .ended, steps: []),
    ]

    @Test(arguments: rows) func everyInputHasItsStep(_ row: Row) {
        for input in inputs {
            let named = row.steps.first { $0.0 == input }
            let (state, action) = RelayEnding.step(row.state, input, facts)
            #expect(state == named?.1 ?? row.state, "\(input)")
            #expect(action == named?.2 ?? .nothing, "\(input)")
        }
    }

    // MARK: Time

    private static let silent: [(RelayEnding.State, RelayEnding.State, RelayEnding.Action)] = [
        (.halfClosed, .farewell(vanished), .sayFarewell(close: nil)),
        (.closing(first: byClient), .farewell(byClient), .sayFarewell(close: echo)),
        (.closing(first: byChrome), .farewell(byChrome), .sayFarewell(close: nil)),
        (.closed(first: byClient), .farewell(byClient), .sayFarewell(close: nil)),
    ]

    @Test(arguments: silent) func aSilentChromeIsNotAwaitedForLonger(
        _ state: RelayEnding.State,
        _ next: RelayEnding.State,
        _ wanted: RelayEnding.Action
    ) {
        let (following, action) = RelayEnding.step(state, .timer, chromeSilent)
        #expect(following == next)
        #expect(action == wanted)
    }

    @Test func aFrameThatMovesIsNotAwaitedBeyondTheDeadline() {
        let atDeadline = RelayEnding.Facts(now: drain.deadline, lastFromChrome: now, bytesSent: 7)
        let (state, action) = RelayEnding.step(.seekingBoundary(drain, bytesSent: 6), .timer, atDeadline)
        #expect(state == .ended)
        #expect(action == .finish(drained, holdsChrome: true))
    }

    /// 1005 and 1006 may not stand in a frame.
    @Test func aCloseWithoutACodeIsAnsweredWith1000() {
        let first = RelayEnd(code: .noStatus, side: .client)
        let (_, action) = RelayEnding.step(.closing(first: first), .chromeFinished, facts)
        #expect(action == .sayFarewell(close: RelayEnding.Goodbye(first, .normal, at: now)))
    }

    // MARK: What holds everywhere

    @Test(arguments: rows) func theClientsDisappearanceEndsIt(_ row: Row) {
        #expect(RelayEnding.step(row.state, .clientGone, facts).0 == .ended)
    }

    /// However the inputs come, the sockets are given up once, and each exactly once.
    @Test(arguments: 0..<400) func anyOrderOfInputsGivesEachSocketUpOnce(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ending = RelayEnding()
        var chromeHeld = true
        var ends = 0
        for turn in 0..<200 {
            guard let input = inputs.randomElement(using: &generator) else { return }
            let silent = Bool.random(using: &generator)
            let seen = RelayEnding.Facts(
                now: now + .seconds(turn),
                lastFromChrome: silent ? now : now + .seconds(turn),
                bytesSent: UInt64.random(in: 0...1, using: &generator)
            )
            switch ending.handle(input, seen) {
            case .leaveChrome, .linger:
                #expect(chromeHeld)
                chromeHeld = false
            case .finish(_, let holdsChrome):
                #expect(holdsChrome == chromeHeld)
                chromeHeld = false
                ends += 1
            case .nothing, .wake, .awaitChromesClose, .finishTowardsChrome, .readOutChrome, .checkSilence,
                .seekBoundary, .sayFarewell, .awaitClient:
                break
            }
            #expect(ending.holdsChrome == chromeHeld)
        }
        #expect(ends <= 1)
        #expect((ending.state == .ended) == (ends == 1))
    }
}
