import ArgumentParser
import ProxyCore
import SessionInjector
import SessionStore
import Settings

/// `cdp-proxy session export`: a stored session in the clear. The one command that prints secrets, as it is asked to.
struct SessionExport: SessionSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a stored session in the clear, as Playwright storageState.",
        discussion:
            "Anyone who holds the output is signed in with it. A file is made readable by its owner only (0600)."
    )

    @Argument(help: ArgumentHelp("Its id or name.", valueName: "session"))
    var session: String

    @Argument(help: "The file to write; - is standard output.")
    var file = "-"

    @Option(name: .userID, help: ArgumentHelp("Whose session it is.", valueName: "id"))
    var user: String

    func execute(_ settings: StoreSettings) async throws {
        let key = try settings.key(for: user)
        let row = try await settings.openStore().existingRow(userID: user, idOrName: session)
        let state = try row.state(with: key)
        if row.metadata.isExpired(now: .now()) {
            print("The stored session has expired: the proxy does not inject it.", to: &StandardError.stream)
        }
        try SessionFile.write(state.serialized() + [UInt8(ascii: "\n")], to: file)
    }
}
