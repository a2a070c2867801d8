import Testing

@testable import ProxyCore

@Suite struct ProcessUsageTests {
    @Test func readsThisProcess() {
        let usage = ProcessUsage.current()
        #expect((usage.processorSeconds ?? 0) > 0)
        #expect((usage.residentBytes ?? 0) > 1_000_000)
        #expect((usage.openDescriptors ?? 0) >= 3)
        #expect((usage.descriptorLimit ?? 0) >= (usage.openDescriptors ?? .infinity))
        #expect((usage.startTime ?? .infinity) < Timestamp.now().secondsSince1970)
        #expect((usage.startTime ?? 0) > Timestamp.now().secondsSince1970 - 86_400)
    }

    @Test func readsPastAHostileCommandName() {
        let fields = ProcessUsage.statFields(
            "7 (a ) 1 2) S 1 7 7 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 1 0 4242 1000 25 1"
        )
        #expect(fields[14] == 250)
        #expect(fields[15] == 50)
        #expect(fields[22] == 4242)
        #expect(fields[24] == 25)
    }

    @Test func findsTheBootTime() {
        #expect(ProcessUsage.bootTime("cpu 1 2\nbtime 1795290000\nprocesses 1\n") == 1_795_290_000)
        #expect(ProcessUsage.bootTime("cpu 1 2\n") == nil)
    }
}
