import ProxyCore
import Settings

/// Which listener a certificate is for.
enum TLSListener: String, Sendable {
    case clients
    case operators
}

/// The certificates of both listeners, where they have one.
struct TLSListeners {
    let clients: TLSKeeper?
    let operators: TLSKeeper?

    /// Reads the files that the settings name.
    init(_ listeners: ListenSettings, _ context: ServerContext) throws(StartError) {
        clients = try Self.keeper(listeners.tls, .clients, context)
        operators = try Self.keeper(listeners.adminTLS, .operators, context)
    }

    private static func keeper(
        _ settings: TLSSettings?,
        _ listener: TLSListener,
        _ context: ServerContext
    ) throws(StartError) -> TLSKeeper? {
        guard let settings else { return nil }
        return try TLSKeeper(settings, for: listener, context)
    }

    /// Reads all files again.
    func reload() { for keeper in [clients, operators] { keeper?.reload() } }

    /// Looks at the files no longer.
    func close() { for keeper in [clients, operators] { keeper?.close() } }
}
