import Glibc
import ProxyCore
import Settings
import TestSupport
import Testing

@testable import CDPProxy

/// The variables that say which sockets were passed. What is passed really is tested end to end.
@Suite struct PassedSocketsTests {
    private static let process: pid_t = 4711

    @Test(
        arguments: [
            [:], ["LISTEN_FDS": "2"], ["LISTEN_PID": "4711"], ["LISTEN_FDS": "2", "LISTEN_PID": "4712"],
            ["LISTEN_FDS": "many", "LISTEN_PID": "1"], ["CDP_PROXY_HANDOVER": ""],
        ] as [[String: String]]
    )
    func nothingIsPassed(_ variables: [String: String]) throws {
        #expect(try PassedSockets(variables, process: Self.process) == PassedSockets())
    }

    @Test(
        arguments: [
            (["LISTEN_FDS": "0"], "LISTEN_FDS"), (["LISTEN_FDS": "3"], "LISTEN_FDS"),
            (["LISTEN_FDS": "-1"], "LISTEN_FDS"),
            (["LISTEN_PID": "0"], "LISTEN_PID"), (["LISTEN_PID": "-4711"], "LISTEN_PID"),
            (["LISTEN_FDNAMES": "clients"], "LISTEN_FDNAMES"), (["LISTEN_FDNAMES": "client:"], "LISTEN_FDNAMES"),
            (["CDP_PROXY_HANDOVER": "client"], "CDP_PROXY_HANDOVER"),
            (["CDP_PROXY_HANDOVER": "predecessor:9"], "CDP_PROXY_HANDOVER"),
            (["CDP_PROXY_HANDOVER": "predecessor:1"], "CDP_PROXY_HANDOVER"),
            (["CDP_PROXY_HANDOVER": "other:9"], "CDP_PROXY_HANDOVER"),
        ] as [([String: String], String)]
    )
    func aWrongValueIsNamed(_ changes: [String: String], _ name: String) {
        let good = ["LISTEN_FDS": "1", "LISTEN_PID": String(Self.process)]
        let error = #expect(throws: StartError.self) {
            try PassedSockets(good.merging(changes) { $1 }, process: Self.process)
        }
        #expect(error?.description.hasPrefix(name) == true)
    }

    @Test func theSocketsOfARunningProxyAreTakenWithTheirAddresses() async throws {
        try await TestSupport.onLoop { loop in
            let address = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            let listeners = [
                try TCPListener(at: address, on: loop) { _, _ in }, try TCPListener(at: address, on: loop) { _, _ in },
            ]
            defer { for listener in listeners { listener.close() } }
            let numbers = listeners.compactMap(\.number)
            let text = PassedSockets.text(clients: numbers[0], operators: numbers[1], predecessor: 99)
            let passed = try PassedSockets([PassedSockets.handoverVariable: text], process: Self.process)
            #expect(passed.clients?.address == .tcp(host: "127.0.0.1", port: listeners[0].address.port))
            #expect(passed.operators?.number == numbers[1])
            #expect(passed.predecessor == 99)
            // The addresses that the environment names give way.
            let environment = Environment(["CDP_PROXY_LISTEN": "127.0.0.1:1", "CDP_PROXY_ADMIN_LISTEN": "unix:/a"])
            let settings = try ListenSettings(environment, passed)
            #expect(settings.listen == passed.clients?.address && settings.adminListen == passed.operators?.address)
        }
    }
}
