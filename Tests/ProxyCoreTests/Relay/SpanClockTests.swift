import Testing

@testable import ProxyCore

@Suite struct SpanClockTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: UInt64((1000 + seconds) * 1e9)) }

    private static func clock(expiry: Double? = nil, age: Double? = nil, idle: Double? = nil) -> SpanClock {
        let span = RelaySpan(
            untilExpiry: expiry.map { .seconds($0) },
            age: age.map { .seconds($0) },
            idleness: idle.map { .seconds($0) }
        )
        return SpanClock(span, from: at(0))
    }

    /// What is due at moments, each with the moment of the client's last message.
    private static func steps(_ clock: SpanClock, _ moments: [(now: Double, last: Double)]) -> [SpanClock.Step] {
        var clock = clock
        return moments.map { clock.step(now: at($0.now), lastFromClient: at($0.last)) }
    }

    @Test func anAgeIsWarnedOfOnceAndThenEnds() {
        #expect(
            Self.steps(Self.clock(age: 60), [(0, 0), (29, 29), (30, 30), (30, 30), (59, 59), (60, 60)]) == [
                .wait(until: Self.at(30)), .wait(until: Self.at(30)), .warn(.age, seconds: 30),
                .wait(until: Self.at(60)), .wait(until: Self.at(60)), .end(.age),
            ]
        )
    }

    @Test(arguments: [0.001, 1, 30]) func whatIsShorterThanTheNoticeIsNotWarnedOf(seconds: Double) {
        #expect(
            Self.steps(Self.clock(expiry: seconds), [(0, 0), (seconds, 0)]) == [
                .wait(until: Self.at(seconds)), .end(.expiry),
            ]
        )
        #expect(Self.steps(Self.clock(age: seconds), [(seconds, 0)]) == [.end(.age)])
        #expect(Self.steps(Self.clock(idle: seconds), [(seconds, 0)]) == [.end(.idleness)])
    }

    @Test func idlenessBeginsAnewWithEachMessage() {
        #expect(
            Self.steps(
                Self.clock(idle: 40),
                [(0, 0), (9, 0), (10, 0), (10, 0), (20, 15), (25, 15), (54, 15), (55, 54), (94, 54)]
            ) == [
                .wait(until: Self.at(10)), .wait(until: Self.at(10)), .warn(.idleness, seconds: 30),
                .wait(until: Self.at(20)), .wait(until: Self.at(25)), .warn(.idleness, seconds: 30),
                .wait(until: Self.at(55)), .wait(until: Self.at(64)), .end(.idleness),
            ]
        )
    }

    @Test func theEndThatComesFirstIsWarnedOfAndComes() {
        #expect(
            Self.steps(
                Self.clock(expiry: 300, age: 100, idle: 80),
                [(55, 0), (55, 0), (60, 58), (70, 58), (70, 58), (100, 99)]
            ) == [
                .warn(.idleness, seconds: 25), .wait(until: Self.at(75)), .wait(until: Self.at(70)),
                .warn(.age, seconds: 30), .wait(until: Self.at(90)), .end(.age),
            ]
        )
    }

    @Test func aLateWarningSaysWhatIsLeft() {
        #expect(Self.steps(Self.clock(age: 60), [(55.2, 0)]) == [.warn(.age, seconds: 5)])
        #expect(Self.steps(Self.clock(age: 60), [(59.9, 0)]) == [.warn(.age, seconds: 1)])
    }

    @Test func anEndlessSpanEndsNever() {
        let span = RelaySpan(untilExpiry: nil, age: nil, idleness: nil)
        #expect(span.isEndless)
        #expect(Self.steps(Self.clock(), [(1e6, 0)]) == [.wait(until: Instant(nanoseconds: .max))])
    }

    @Test func eachEndHasItsCode() {
        #expect(RelaySpan.End.allCases.map(\.code.rawValue) == [4001, 4010, 4009])
    }
}
