import Glibc
import Hummingbird
import NIOCore
import ProxyCore
import ServiceLifecycle
import Settings
import Synchronization

/// One of the listeners as a part of the service; an address that cannot be had is told by the variable it came from.
struct Listener: ServiceLifecycle.Service {
    /// What listens.
    let application: any ApplicationProtocol
    /// Where.
    let address: ListenAddress
    /// The variable that says so.
    let variable: String

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            let reason = unsafe String(cString: strerror(error.errnoCode))
            throw ConfigurationError(
                variable: variable,
                description: "\(variable): cannot listen at \(address): \(reason)."
            )
        }
    }
}

/// Waits for the listeners to open, and then says so once.
final class OpenedListeners: Sendable {
    private let ports: Mutex<[String: LogValue]> = Mutex([:])
    private let expected: Set<String>
    private let announce: @Sendable ([String: LogValue]) -> Void

    /// Listeners by the variables they come from, and what is done when all of them are open.
    init(_ expected: Set<String>, announce: @escaping @Sendable ([String: LogValue]) -> Void) {
        self.expected = expected
        self.announce = announce
    }

    /// One of them is open.
    func opened(_ variable: String, _ channel: any Channel) async {
        // One at a time, or several would be let in where one place is free.
        try? await channel.setOption(.maxMessagesPerRead, value: 1).get()
        opened(variable, port: channel.localAddress?.port)
    }

    /// One of them is open, at this port unless it is a Unix socket.
    private func opened(_ variable: String, port: Int?) {
        let all = ports.withLock { ports -> [String: LogValue]? in
            ports[variable] = .integer(port ?? 0)
            return Set(ports.keys) == expected ? ports : nil
        }
        if let all { announce(all) }
    }
}
