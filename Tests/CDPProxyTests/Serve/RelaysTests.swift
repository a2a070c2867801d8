import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct RelaysTests {
    private static func totals(_ seed: UInt64) -> RelayTotals {
        var totals = RelayTotals()
        totals.bytesToChrome = seed
        totals.bytesToClient = 2 * seed
        totals.framesToChrome = 3 * seed
        totals.framesToClient = 4 * seed
        return totals
    }

    @Test func totalsAddEachDirection() {
        #expect(Self.totals(1) + Self.totals(2) == Self.totals(3))
    }
}
