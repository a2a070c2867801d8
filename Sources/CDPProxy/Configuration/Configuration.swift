import Settings

/// Everything the proxy is told by its environment, read and checked once.
///
/// The groups can be read one by one, so that a command which needs only one of them does not ask for the others.
struct Configuration: Sendable {
    /// Where clients, operators and Chrome are.
    let listeners: ListenSettings
    /// Who is let in.
    let gate: GateSettings
    /// Where the signing key comes from.
    let secret: SecretSettings
    /// How many connections there may be, and how long they live.
    let connections: ConnectionSettings
    /// Where stored sessions are.
    let store: StoreSettings
    /// When a stored session is put into Chrome.
    let injection: InjectionSettings
    /// How it is known whose browser it is.
    let ownership: OwnershipSettings
    /// What the log says.
    let log: LogSettings
    /// Variables that look like ours and are not; worth a warning, since one may be a misspelt name.
    let unknownNames: [String]

    /// Reads everything; the first variable that is wrong is named by the error.
    init(_ environment: Environment) throws(ConfigurationError) {
        listeners = try ListenSettings(environment)
        gate = try GateSettings(environment)
        secret = try SecretSettings(environment)
        connections = try ConnectionSettings(environment)
        store = try StoreSettings(environment)
        injection = try InjectionSettings(environment, sessionID: gate.sessionID)
        ownership = try OwnershipSettings(environment, store: store)
        log = try LogSettings(environment)
        unknownNames = environment.unknownNames(prefix: "CDP_PROXY_", known: Configuration.variables.names)
    }
}
