import Glibc
import Hummingbird
import NIOCore
import ServiceLifecycle
import Settings

/// One listener as a lifecycle service. If its address cannot be bound, the error names the variable of the address.
struct Listener: ServiceLifecycle.Service {
    /// The server.
    let application: any ApplicationProtocol
    /// The address to listen at.
    let address: ListenAddress
    /// The variable with the address.
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
