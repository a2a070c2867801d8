import ArgumentParser
import ProxyCore
import SessionStore
import Settings

/// `cdp-proxy key list`: what is known of the API keys.
struct KeyList: KeySubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List API keys, newest first: never a key or its hash."
    )

    @Flag(help: "Print a JSON array.")
    var json = false

    func execute(_ settings: StoreSettings) async throws {
        let keys = try await settings.openKeys().list()
        if json {
            let array = JSONValue.array(keys.map(\.json))
            print(String(decoding: array.serialized(), as: UTF8.self))
        } else {
            for line in Self.table(of: keys, now: .now()) { print(line) }
        }
    }

    /// The lines of a table, its heading first. `now` tells which keys have expired.
    static func table(of keys: [KeyRecord], now: Timestamp) -> [String] {
        let rows = keys.map { key in
            [
                key.id, key.name, key.userID ?? "-", key.roles?.joined(separator: ",") ?? "all", key.state(now: now),
                key.expiresAt.map(TextTable.moment) ?? "never", key.rateLimit.map { "\($0)/h" } ?? "-",
                key.lastUsedAt.map(TextTable.moment) ?? "never",
            ].map(TextTable.printable)
        }
        return TextTable.lines(["ID", "NAME", "USER", "ROLES", "STATE", "EXPIRES", "RATE", "USED"], rows)
    }
}

extension KeyRecord {
    fileprivate func state(now: Timestamp) -> String {
        guard isEnabled else { return "revoked" }
        return isExpired(now: now) ? "expired" : "good"
    }

    /// The record as JSON.
    var json: JSONValue {
        [
            "id": JSONValue(id), "name": JSONValue(name),
            "user_id": userID.map { JSONValue($0) } ?? .null,
            "roles": roles.map { .array($0.map { JSONValue($0) }) } ?? .null,
            "created_at": JSONValue(createdAt.iso8601),
            "expires_at": expiresAt.map { JSONValue($0.iso8601) } ?? .null,
            "rate_limit": rateLimit.map { JSONValue($0) } ?? .null,
            "enabled": .bool(isEnabled),
            "last_used_at": lastUsedAt.map { JSONValue($0.iso8601) } ?? .null,
        ]
    }
}
