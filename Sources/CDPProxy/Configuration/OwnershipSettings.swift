import SessionInjector
import SessionStore
import Settings

/// What is made of a browser that looks used and that nothing is known of.
enum UsedBrowserPolicy: String, CaseIterable, Sendable {
    /// Nobody is let in until Chrome is restarted.
    case refuse
    /// It is emptied first.
    case clear
    /// It is taken for fresh.
    case adopt
}

/// How it is known whose browser it is.
struct OwnershipSettings: Sendable {
    /// Where what is known of a Chrome process is kept.
    let stateFile: String?
    /// Whether that place was named, so that it must do.
    let isNamed: Bool
    /// What is made of a used browser that nothing is known of.
    let usedBrowser: UsedBrowserPolicy

    /// Reads the settings; the file stands next to the database unless it is named.
    init(_ environment: Environment, store: StoreSettings) throws(ConfigurationError) {
        let named = try environment.optional(Self.stateVariable)
        stateFile = named ?? Self.standard(store)
        isNamed = named != nil
        usedBrowser = try environment.value(Self.usedBrowserVariable)
    }

    private static func standard(_ store: StoreSettings) -> String? {
        switch store.database {
        case .sqlite(":memory:"): nil
        case .sqlite(let path): path + ".state"
        case .postgres: if case .sqlite(let path) = store.standardDatabase { path + ".state" } else { nil }
        }
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [stateVariable.description, usedBrowserVariable.description]

    private static let stateVariable = Variable(
        "CDP_PROXY_STATE",
        in: .injection,
        expected: "an absolute path in a folder that is there",
        help: "The file that keeps whose browser it is, beyond the proxy's end; by default next to the SQLite file.",
        parse: { $0.hasPrefix("/") && !$0.hasSuffix("/") ? VariableParsing.printable($0) : nil }
    )
    private static let usedBrowserVariable = Variable(
        "CDP_PROXY_USED_BROWSER",
        in: .injection,
        standard: "refuse",
        expected: "refuse, clear or adopt",
        help: "A browser that was used by nobody knows whom: refused (409), emptied first, or taken for fresh.",
        parse: { UsedBrowserPolicy(rawValue: $0) }
    )
}
