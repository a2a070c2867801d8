import ProxyCore
import Settings

extension ListenAddress {
    /// The address as the kernel takes it.
    func resolved() throws(StartError) -> SocketAddress {
        guard let address = socketAddress else { throw StartError(description: "\(self) is no address.") }
        return address
    }
}
