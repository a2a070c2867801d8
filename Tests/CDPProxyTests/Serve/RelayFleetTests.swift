import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct RelayFleetTests {
    @Test func connectionsAreSpreadOverTheLoopsInTurn() async throws {
        try await TestSupport.onLoop { loop in
            let fleet = try PartsBench(on: loop, ["CDP_PROXY_LOOPS": "3"]).fleet()
            try fleet.start(Relays.Hooks(ended: { _, _, _ in }, noticed: { _, _, _ in }))
            let turns = (0..<6).map { _ in ObjectIdentifier(fleet.takeTurn().loop) }
            #expect(Set(turns).count == 3)
            #expect(turns[..<3] == turns[3...])
            fleet.release()
            await fleet.endThreads()
        }
    }
}
