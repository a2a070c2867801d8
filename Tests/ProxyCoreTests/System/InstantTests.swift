import ProxyCore
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        (Duration.zero, UInt64(1_000)), (.nanoseconds(1), 1_001), (.seconds(2), 2_000_001_000),
        (.milliseconds(1), 1_001_000), (.seconds(-5), 1_000), (.seconds(Int64.max), UInt64.max),
        (.seconds(18_446_744_073), 18_446_744_073_000_001_000), (.seconds(18_446_744_074), UInt64.max),
    ])
    func addsADuration(duration: Duration, nanoseconds: UInt64) {
        #expect((Instant(nanoseconds: 1_000) + duration).nanoseconds == nanoseconds)
    }

    @Test func tellsHowLongAgo() {
        let early = Instant(nanoseconds: 5)
        let late = Instant(nanoseconds: 1_000_000_005)
        #expect(late.since(early) == .seconds(1))
        #expect(early.since(late) == .zero)
        #expect(early < late)
    }

    @Test func neverGoesBack() {
        let first = Instant.now()
        #expect(Instant.now() >= first)
        #expect(Timestamp.now().secondsSince1970 > 1_700_000_000)
    }
}
