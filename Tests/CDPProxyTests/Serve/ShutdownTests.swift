import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct ShutdownTests {
    @Test func eachPhaseIncludesTheOnesBefore() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let shutdown = bench.shutdown()
            defer { shutdown.release() }
            #expect(!shutdown.isDraining && !shutdown.isStopping)
            shutdown.drain()
            #expect(shutdown.isDraining && !shutdown.isStopping)
            shutdown.stop()
            shutdown.drain()
            #expect(shutdown.isDraining && shutdown.isStopping)
            try await bench.log.until("the line of the drain") { !bench.log.lines("draining").isEmpty }
            #expect(bench.log.lines("draining").count == 1)
            #expect(bench.context.metrics.draining.value == 1)
        }
    }
}
