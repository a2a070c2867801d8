import Settings

extension Configuration {
    /// Every variable the proxy reads, for `--help` and the documentation.
    static let variables = VariableTable([
        ListenSettings.variables, GateSettings.variables, RoleSettings.variables, PolicySettings.variables,
        SharedFolders.variables, SecretSettings.variables,
        AWSSettings.variables, ConnectionSettings.variables, DeadlineSettings.variables, StoreSettings.variables,
        InjectionSettings.variables, OwnershipSettings.variables, LogSettings.variables,
    ])
}

extension VariableSection {
    /// Which credentials are admitted.
    static let gate = VariableSection("Gate")
    /// What CDP commands are held to.
    static let policy = VariableSection("Policy")
    /// The key that tokens are signed with.
    static let secret = VariableSection("Signing key")
    /// How long connections live.
    static let connections = VariableSection("Connections")
    /// When a stored session is put into Chrome.
    static let injection = VariableSection("Injection")
}
