import SessionStore
import Settings

/// A subcommand of `cdp-proxy key`, which runs as those of `cdp-proxy session` do.
protocol KeySubcommand: SessionSubcommand {}

extension StoreSettings {
    /// Opens the API keys; `creating` makes a missing database.
    func openKeys(creating: Bool = false) async throws -> any KeyStore {
        do throws(SessionStoreError) {
            return try await KeyStores.open(database, creating: creating)
        } catch .missing(let path) {
            throw KeyCommandError.noDatabase(path: path)
        }
    }
}
