import ArgumentParser
import ProxyCore
import SessionStore
import Settings

/// `cdp-proxy session list`: the stored sessions, unopened.
struct SessionList: SessionSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List stored sessions, newest first. Needs no secret."
    )

    @Option(name: .userID, help: ArgumentHelp("Only this user's sessions.", valueName: "id"))
    var user: String?

    @Flag(help: "Print a JSON array.")
    var json = false

    func execute(_ settings: StoreSettings) async throws {
        let sessions = try await settings.openStore().list(userID: user)
        for session in sessions { session.warnOfUnusableColumns() }
        if json {
            let array = JSONValue.array(sessions.map(\.json))
            print(String(decoding: array.serialized(), as: UTF8.self))
        } else {
            for line in Self.table(of: sessions, now: .now()) { print(line) }
        }
    }

    /// The lines of a table, its heading first. `now` tells which sessions have expired.
    static func table(of sessions: [SessionMetadata], now: Timestamp) -> [String] {
        let heading = ["ID", "USER", "NAME", "EXPIRES", "UPDATED", "DOMAINS"]
        let columns = ["id", "user_id", "name", "expires_at", "updated_at", "domains"]
        let rows = sessions.map { session in
            [
                session.id, session.userID, session.name,
                session.isExpired(now: now) ? "expired" : session.expiresAt.map(TextTable.moment) ?? "never",
                TextTable.moment(session.updatedAt), session.domains.joined(separator: ","),
            ].enumerated().map { column, text in
                // The heading names the table's column.
                session.unusableColumns.contains(columns[column]) ? "unusable" : TextTable.printable(text)
            }
        }
        return TextTable.lines(heading, rows)
    }
}

extension SessionMetadata {
    /// Names on standard error the columns of a row that cannot be used, if any, never their values.
    func warnOfUnusableColumns() {
        guard !unusableColumns.isEmpty else { return }
        let columns = unusableColumns.joined(separator: ", ")
        print("The stored session \(id) has an unusable \(columns).", to: &StandardError.stream)
    }

    /// The metadata as the session service shows it; and which columns cannot be used, if there are any.
    var json: JSONValue {
        let unusable = JSONValue.array(unusableColumns.map { JSONValue($0) })
        return unusableColumns.isEmpty ? columns : columns.adding("unusable", unusable)
    }

    private var columns: JSONValue {
        [
            "id": JSONValue(id), "user_id": JSONValue(userID), "name": JSONValue(name),
            "description": description.map { JSONValue($0) } ?? .null,
            "domains": .array(domains.map { JSONValue($0) }),
            "expires_at": expiresAt.map { JSONValue($0.iso8601) } ?? .null,
            "created_at": JSONValue(createdAt.iso8601), "updated_at": JSONValue(updatedAt.iso8601),
        ]
    }
}
