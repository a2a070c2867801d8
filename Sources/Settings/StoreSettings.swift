public import SessionInjector
public import SessionStore

/// The database of stored sessions and the keys that seal them.
public struct StoreSettings: Sendable {
    /// The database that holds them.
    public let database: DatabaseLocation
    /// The database when `DATABASE_URL` is not set.
    public let standardDatabase: DatabaseLocation
    /// Whether `DATABASE_URL` is not set.
    public let isStandard: Bool
    /// The keys that open and seal them; nil when no secret is set, so that none can be opened.
    public let keys: SealingKeys?

    /// Reads the settings.
    public init(_ environment: Environment) throws(ConfigurationError) {
        let dataHome = try environment.optional(Self.dataHomeVariable)
        let configured = try environment.optional(Self.databaseVariable)
        standardDatabase = .standard(dataHome: dataHome)
        database = configured ?? standardDatabase
        isStandard = configured == nil
        let secret = try environment.optional(Self.secretVariable)
        let userKey = try environment.optional(Self.userKeyVariable)
        if secret != nil && userKey != nil {
            throw .conflict(Self.userKeyVariable.description, with: Self.secretVariable.description)
        }
        keys = secret.map(SealingKeys.master) ?? userKey.map(SealingKeys.user)
    }

    /// The variables of these settings, in the order of the help.
    public static let variables: [VariableDescription] = [
        databaseVariable.description, dataHomeVariable.description, secretVariable.description,
        userKeyVariable.description,
    ]

    /// Those that the session service reads. It serves every user, so one user's key is not enough.
    public static let serviceVariables: [VariableDescription] = [
        databaseVariable.description, dataHomeVariable.description, secretVariable.description,
    ]

    /// The error when the master secret is needed and not set.
    public static var missingSecret: ConfigurationError {
        .missing(secretVariable.description, because: "sessions are sealed under it")
    }

    private static let databaseVariable = Variable(
        "DATABASE_URL",
        in: .sessions,
        expected: DatabaseLocation.forms,
        help: "The database of stored sessions and API keys; by default a file in XDG_DATA_HOME or /var/lib.",
        parse: { try? DatabaseLocation(url: $0) }
    )
    private static let dataHomeVariable = Variable(
        "XDG_DATA_HOME",
        in: .sessions,
        expected: "an absolute path",
        help: "The folder of the database when DATABASE_URL is not set.",
        parse: { $0.hasPrefix("/") ? VariableParsing.printable($0) : nil }
    )
    private static let secretVariable = Variable(
        "SESSION_ENCRYPTION_SECRET",
        in: .sessions,
        expected: "32 bytes in base64",
        help: "The secret from which each user's key is derived.",
        parse: { try? MasterSecret(base64: $0) }
    )
    private static let userKeyVariable = Variable(
        "SESSION_USER_KEY",
        in: .sessions,
        expected: "32 bytes in base64",
        help: "One user's derived key, instead of SESSION_ENCRYPTION_SECRET.",
        parse: { try? UserKey(base64: $0) }
    )
}
