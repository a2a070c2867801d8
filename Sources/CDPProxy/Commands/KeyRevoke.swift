import ArgumentParser
import ProxyCore
import SessionStore
import Settings

/// `cdp-proxy key revoke`: takes an API key out of use, for good.
struct KeyRevoke: KeySubcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take an API key out of use, for good and everywhere at once.",
        discussion: "Its live connections are closed, as by POST /revoke with its id."
    )

    @Argument(help: ArgumentHelp("Its id, or its name if one key in use has it.", valueName: "key"))
    var key: String

    func execute(_ settings: StoreSettings) async throws {
        let store = try await settings.openKeys()
        let id = try Self.id(of: key, among: try await store.list())
        let row = RevocationRow(Revocation(.key, id, at: .now()))
        guard try await store.revoke(id: id, telling: row) else { throw KeyCommandError.notFound }
        print("The API key \(id) is revoked.", to: &StandardError.stream)
    }

    /// The id of the key that `text` names: an id first, since a name may look like another key's id.
    static func id(of text: String, among keys: [KeyRecord]) throws(KeyCommandError) -> String {
        if keys.contains(where: { $0.id.hasSameBytes(as: text) }) { return text }
        let named = keys.filter { $0.isEnabled && $0.name.hasSameBytes(as: text) }
        guard let found = named.first else { throw .notFound }
        guard named.count == 1 else { throw .ambiguous(ids: named.map(\.id)) }
        return found.id
    }
}
