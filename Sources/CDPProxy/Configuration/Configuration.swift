import SessionStore
import Settings

/// All settings of the proxy, read from its environment and checked once.
///
/// Each group can be read alone, so that a command which needs one does not require the variables of the others.
struct Configuration: Sendable {
    /// Where clients, operators and Chrome are.
    let listeners: ListenSettings
    /// Which credentials are admitted.
    let gate: GateSettings
    /// Where the signing key comes from.
    let secret: SecretSettings
    /// What the commands of clients with roles are held to.
    let policy: PolicySettings
    /// How many connections there may be, and how long they live.
    let connections: ConnectionSettings
    /// How long the proxy waits, and how long a connection may last.
    let deadlines: DeadlineSettings
    /// Where stored sessions are.
    let store: StoreSettings
    /// When a stored session is put into Chrome.
    let injection: InjectionSettings
    /// Where browsers' owners are kept, and the policy for a used browser.
    let ownership: OwnershipSettings
    /// The format and level of the log.
    let log: LogSettings
    /// Variables that begin with `CDP_PROXY_` and are none of ours. The log warns of them: one may be a misspelt name.
    let unknownNames: [String]

    /// Reads everything; the first variable that is wrong is named by the error.
    init(_ environment: Environment, _ passed: PassedSockets = PassedSockets()) throws(ConfigurationError) {
        listeners = try ListenSettings(environment, passed)
        gate = try GateSettings(environment)
        secret = try SecretSettings(environment)
        policy = try PolicySettings(environment, listeners)
        connections = try ConnectionSettings(environment)
        deadlines = try DeadlineSettings(environment)
        store = try StoreSettings(environment)
        injection = try InjectionSettings(environment, sessionID: gate.sessionID)
        ownership = try OwnershipSettings(environment, store: store)
        try policy.folders.check(apartFrom: [store.sqliteFile, ownership.stateFile].compactMap { $0 })
        log = try LogSettings(environment)
        let known = Configuration.variables.names.union([ConnectSettings.token.description.name])
        unknownNames = environment.unknownNames(prefix: "CDP_PROXY_", known: known)
    }
}

extension StoreSettings {
    /// The file of the database; nil where it is none.
    fileprivate var sqliteFile: String? { if case .sqlite(let path) = database { path } else { nil } }
}
