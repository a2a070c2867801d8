import SessionInjector
import SessionStore
import Settings

/// The policy for a browser that looks used and that the proxy has no record of.
enum UsedBrowserPolicy: String, CaseIterable, Sendable {
    /// Every connection is refused until Chrome is restarted.
    case refuse
    /// Its cookies, storage and tabs are cleared first.
    case clear
    /// It is taken for a fresh one.
    case adopt
}

/// Where browsers' owners are kept, and the policy for a used browser.
struct OwnershipSettings: Sendable {
    /// The file that keeps the records of Chrome processes; nil when there is no place for one.
    let stateFile: String?
    /// Whether a variable names the file: then a file that cannot be opened keeps the server from starting.
    let isNamed: Bool
    /// The policy for a used browser without a record.
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
        help: "The file that keeps each browser's owner beyond the proxy's end; by default next to the SQLite file.",
        parse: { $0.hasPrefix("/") && !$0.hasSuffix("/") ? VariableParsing.printable($0) : nil }
    )
    private static let usedBrowserVariable = Variable(
        "CDP_PROXY_USED_BROWSER",
        in: .injection,
        standard: "refuse",
        expected: "refuse, clear or adopt",
        help: "A used browser without a record of its user: refused (409), emptied first, or taken for fresh.",
        parse: { UsedBrowserPolicy(rawValue: $0) }
    )
}
