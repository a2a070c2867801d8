import NIOCore
import ProxyCore
import Synchronization

/// Announces once that all listeners are open.
final class OpenedListeners: Sendable {
    private let ports: Mutex<[String: LogValue]> = Mutex([:])
    private let expected: Set<String>
    private let announce: @Sendable ([String: LogValue]) -> Void

    /// Expects the listeners of these variables, and calls `announce` when all of them are open.
    init(_ expected: Set<String>, announce: @escaping @Sendable ([String: LogValue]) -> Void) {
        self.expected = expected
        self.announce = announce
    }

    /// Notes that the listener of a variable is open.
    func opened(_ variable: String, _ channel: any Channel) async {
        // Accept one connection at a time: a batch could exceed the limit by more than one.
        try? await channel.setOption(.maxMessagesPerRead, value: 1).get()
        opened(variable, port: channel.localAddress?.port)
    }

    /// Notes that the listener of a variable is open at this port; nil for a Unix socket.
    private func opened(_ variable: String, port: Int?) {
        let all = ports.withLock { ports -> [String: LogValue]? in
            ports[variable] = .integer(port ?? 0)
            return Set(ports.keys) == expected ? ports : nil
        }
        if let all { announce(all) }
    }
}
