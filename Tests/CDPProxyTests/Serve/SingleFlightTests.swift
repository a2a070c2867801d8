import Testing

@testable import CDPProxy

@Suite struct SingleFlightTests {
    /// Calls that last until the test ends them.
    private actor Host {
        private let flight = SingleFlight<Int>()
        private var underWay: CheckedContinuation<Int, Never>?
        private(set) var calls = 0
        private(set) var callers = 0

        var isUnderWay: Bool { underWay != nil }
        var everyoneAsks: Bool { isUnderWay && callers == 5 }

        func ask() async -> Int {
            callers += 1
            return await flight.value {
                calls += 1
                return await withCheckedContinuation { underWay = $0 }
            }
        }

        func finish(_ value: Int) {
            underWay?.resume(returning: value)
            underWay = nil
        }
    }

    @Test func callersDuringTheCallShareItsOutcome() async {
        let host = Host()
        var tasks: [Task<Int, Never>] = []
        for _ in 0..<5 { tasks.append(Task { await host.ask() }) }
        while await !host.everyoneAsks { await Task.yield() }
        await host.finish(7)
        for task in tasks { #expect(await task.value == 7) }
        #expect(await host.calls == 1)
    }

    @Test func theNextCallIsMadeAnew() async {
        let host = Host()
        for value in [1, 2] {
            let task = Task { await host.ask() }
            while await !host.isUnderWay { await Task.yield() }
            await host.finish(value)
            #expect(await task.value == value)
        }
        #expect(await host.calls == 2)
    }
}
