import ArgumentParser
import FoundationEssentials
import ProxyCore
import SessionStore
import Settings

/// `cdp-proxy key create`: makes an API key and shows it, once.
struct KeyCreate: KeySubcommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an API key and print it, once.",
        discussion: """
            The key alone goes to standard output, so that it can be piped; it cannot be shown again. Without --role it \
            has every permission. Creates the database, readable by its owner only, when there is none.
            """
    )

    @Option(help: "What to call it, 1 to 100 characters.")
    var name: String

    @Option(name: .userID, help: ArgumentHelp("The user it stands for.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("After how many days it expires; 0 means never.", valueName: "n"))
    var expiresInDays = 0

    @Option(help: ArgumentHelp("How many times it may be used in an hour; without it, any.", valueName: "n"))
    var rateLimit: Int?

    @Option(help: ArgumentHelp("A role (\(KeyCreate.roles)); may be repeated.", valueName: "role"))
    var role: [String] = []

    private static let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
    private static let mostDays = 36_600
    private static let mostUses = 1_000_000_000

    func validate() throws {
        guard (1...100).contains(name.unicodeScalars.count), VariableParsing.printable(name) != nil else {
            throw ValidationError("--name must have 1 to 100 characters, none of them a control character.")
        }
        if let user, user.isEmpty || user.unicodeScalars.count > 255 || VariableParsing.printable(user) == nil {
            throw ValidationError("--user-id must have 1 to 255 characters, none of them a control character.")
        }
        guard (0...Self.mostDays).contains(expiresInDays) else {
            throw ValidationError("--expires-in-days must be a number from 0 (never) to \(Self.mostDays).")
        }
        guard rateLimit.map((1...Self.mostUses).contains) ?? true else {
            throw ValidationError("--rate-limit must be a number from 1 to \(Self.mostUses).")
        }
        guard role.allSatisfy({ Role(rawValue: $0) != nil }) else {
            throw ValidationError("--role must be one of: \(Self.roles).")
        }
    }

    func execute(_ settings: StoreSettings) async throws {
        let key = APIKey.random()
        let record = record(now: .now())
        try await settings.openKeys(creating: true).create(record, hash: key.hash)
        print("The API key \(record.id), shown this once. Send it as the header X-API-Key.", to: &StandardError.stream)
        print(key.reveal())
    }

    /// What is stored beside the key's hash.
    func record(now: Timestamp) -> KeyRecord {
        KeyRecord(
            id: UUID().uuidString.lowercased(),
            name: name,
            userID: user,
            roles: role.isEmpty ? nil : role,
            createdAt: now,
            expiresAt: expiresInDays == 0 ? nil : now + .seconds(expiresInDays * 86_400),
            rateLimit: rateLimit
        )
    }
}
