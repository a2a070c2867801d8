import ProxyCore
import Settings
import TestSupport

@testable import CDPProxy

/// Makes parts of the server for tests that have no server: a context, and the settings of an environment.
///
/// Lives on the loop's thread.
final class PartsBench {
    let loop: EventLoop
    let context: ServerContext
    let log: RecordedLog
    let clock = ManualClock()
    let configuration: Configuration

    init(
        on loop: EventLoop,
        _ environment: [String: String] = [:],
        timeouts: HandshakeTimeouts = HandshakeTimeouts()
    ) throws {
        self.loop = loop
        let log = RecordedLog(on: loop)
        self.log = log
        let standard = ["WALLCRAWLER_JWT_SIGNING_KEY": Tokens.secret, "XDG_DATA_HOME": "/nonexistent"]
        configuration = try Configuration(Environment(standard.merging(environment) { $1 }))
        context = ServerContext(
            on: loop,
            configuration.log,
            timeouts: timeouts,
            clock: { [clock] in clock.now },
            writeLog: log.write
        )
    }

    /// A fleet with the configured loops.
    func fleet() -> RelayFleet { RelayFleet(configuration.connections, configuration.policy, context) }

    /// A server that serves.
    func shutdown() -> Shutdown { Shutdown(of: fleet(), after: configuration.connections.drain, context) }

    /// A doorkeeper that keeps nothing beyond the test, unless a state is given.
    func doorkeeper(state: KeptState? = nil) -> Doorkeeper {
        Doorkeeper(
            configuration.gate,
            configuration.listeners,
            configuration.store,
            keys: SigningKeySource(configuration.secret, context),
            state: state ?? KeptState(in: nil, log: context.log),
            context
        )
    }

    /// A watch over a scripted Chrome.
    func watch(over chrome: ScriptedChrome, until shutdown: Shutdown) throws -> ChromeWatch {
        guard let address = SocketAddress(host: "127.0.0.1", port: chrome.port) else { throw Errno.invalidArgument }
        let endpoint = ChromeEndpoint(at: address, on: loop, timeout: context.timeouts.chrome)
        return ChromeWatch(over: endpoint, until: shutdown, context)
    }
}
