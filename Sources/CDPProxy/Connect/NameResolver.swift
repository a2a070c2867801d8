import Dispatch
import ProxyCore

/// Looks a host's addresses up, anew for each connection, since they may change. The system's resolver blocks, so it has a queue
/// of its own, and connections that come meanwhile share one answer.
///
/// Lives on the loop's thread.
final class NameResolver {
    private let host: String
    private let port: UInt16
    private let queue = DispatchQueue(label: "cdp-proxy.names")
    private let flight = SingleFlight<[SocketAddress]>()

    /// Addresses of a host, a name or an address without brackets.
    init(_ host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The addresses, in the order in which they are to be tried; none when the name has none, or cannot be looked up.
    func addresses() async -> [SocketAddress] {
        if let address = SocketAddress(host: host, port: port) { return [address] }
        return await flight.value { await self.lookUp() }
    }

    private func lookUp() async -> [SocketAddress] {
        await withCheckedContinuation { continuation in
            queue.async { [host, port] in
                continuation.resume(returning: SocketAddress.lookUp(host, port: port))
            }
        }
    }
}
