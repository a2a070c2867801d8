import ArgumentParser
import FoundationEssentials
import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// `cdp-proxy session import`: seals a storageState and stores it.
struct SessionImport: SessionSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store a Playwright storageState and print the stored session's id.",
        discussion: "Creates the database, readable by its owner only, when there is none."
    )

    @Argument(help: "The storageState, a JSON file; - is standard input.")
    var file: String

    @Option(name: .userID, help: ArgumentHelp("Whose session it is.", valueName: "id"))
    var user: String

    @Option(help: "Its name, 1 to 50 characters, unique among the user's sessions.")
    var name: String

    @Option(help: ArgumentHelp("What it is for.", valueName: "text"))
    var description: String?

    @Option(help: ArgumentHelp("Its domains, separated by commas; by default those found in it.", valueName: "list"))
    var domains: String?

    @Option(help: ArgumentHelp("When it expires, in ISO 8601 (UTC unless it says otherwise).", valueName: "time"))
    var expires: String?

    @Option(help: ArgumentHelp("How long it may be used, such as 12h or 720h.", valueName: "duration"))
    var ttl: String?

    @Flag(help: "Overwrite the user's session of this name, if there is one.")
    var replace = false

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user must not be empty.") }
        guard (1...50).contains(name.count), VariableParsing.printable(name) != nil else {
            throw ValidationError("--name must have 1 to 50 characters, none of them a control character.")
        }
        guard expires == nil || ttl == nil else { throw ValidationError("Give --expires or --ttl, not both.") }
        guard expires.map(Timestamp.init(_:)) != .some(nil) else {
            throw ValidationError("--expires must be a time such as 2031-12-31T23:59:59Z.")
        }
        guard ttl == nil || lifetime != nil else { throw ValidationError("--ttl must be a duration such as 12h.") }
    }

    func execute(_ settings: StoreSettings) async throws {
        let key = try settings.key(for: user)
        let state = try StorageState(parsing: try SessionFile.read(file))
        let store = try await settings.openStore(creating: true)
        let found = replace ? try await store.row(userID: user, name: name) : nil
        found?.metadata.warnOfUnusableColumns()
        let row = row(for: state, sealedWith: key, replacing: found?.metadata, now: .now())
        if found == nil {
            try await store.insert(row)
        } else {
            _ = try await store.replace(row)
        }
        for line in SessionSummary(of: state, now: .now()).remarks {
            print(line, to: &StandardError.stream)
        }
        print(row.metadata.id)
    }

    /// The row to be stored. What no option says is kept from the row that is replaced.
    func row(
        for state: StorageState,
        sealedWith key: UserKey,
        replacing former: SessionMetadata?,
        now: Timestamp
    ) -> SessionRow {
        var expiry = expires.flatMap(Timestamp.init(_:)) ?? former?.expiresAt
        if let lifetime { expiry = now + lifetime }
        let sealed = key.seal(state.serialized())
        return SessionRow(
            metadata: SessionMetadata(
                id: former?.id ?? UUID().uuidString.lowercased(),
                userID: user,
                name: name,
                description: description ?? former?.description,
                domains: domains.map { $0.split(separator: ",").map(String.init) } ?? SessionSummary.domains(of: state),
                expiresAt: expiry,
                createdAt: former?.createdAt ?? now,
                updatedAt: now
            ),
            ciphertext: sealed.ciphertext,
            iv: sealed.iv
        )
    }

    /// `--ttl`.
    private var lifetime: Duration? {
        ttl.flatMap { VariableParsing.duration($0, in: .seconds(1) ... .seconds(100 * 366 * 86_400)) }
    }
}
