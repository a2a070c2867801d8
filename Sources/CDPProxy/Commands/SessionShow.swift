import ArgumentParser
import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// `cdp-proxy session show`: one stored session, opened to be counted; no value of it is printed.
struct SessionShow: SessionSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a stored session's metadata and counts as JSON, no values.",
        discussion: "With the secret set it is opened and counted; without, only the metadata is printed."
    )

    @Argument(help: ArgumentHelp("Its id or name.", valueName: "session"))
    var session: String

    @Option(name: .userID, help: ArgumentHelp("Whose session it is.", valueName: "id"))
    var user: String

    func execute(_ settings: StoreSettings) async throws {
        let row = try await settings.openStore().existingRow(userID: user, idOrName: session)
        var object = row.metadata.json.objectValue ?? JSONObject()
        if let keys = settings.keys {
            let state = try row.state(with: keys.key(for: user))
            object["contents"] = SessionSummary(of: state, now: .now()).json
        }
        print(String(decoding: JSONValue.object(object).serialized(), as: UTF8.self))
    }
}
