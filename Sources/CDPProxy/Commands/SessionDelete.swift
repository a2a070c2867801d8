import ArgumentParser
import SessionStore
import Settings

/// `cdp-proxy session delete`: removes one stored session for good.
struct SessionDelete: SessionSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a stored session. Needs no secret."
    )

    @Argument(help: ArgumentHelp("Its id or name.", valueName: "session"))
    var session: String

    @Option(name: .userID, help: ArgumentHelp("Whose session it is.", valueName: "id"))
    var user: String

    func execute(_ settings: StoreSettings) async throws {
        let store = try await settings.openStore()
        let row = try await store.existingRow(userID: user, idOrName: session)
        guard try await store.delete(id: row.metadata.id, userID: user) else { throw SessionCommandError.notFound }
    }
}
