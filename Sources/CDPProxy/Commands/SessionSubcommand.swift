import ArgumentParser
import Dispatch
import FoundationEssentials
import SessionInjector
import SessionStore
import Settings

/// A subcommand of `cdp-proxy session`: what it shares is where the settings come from and how it is run.
protocol SessionSubcommand: ParsableCommand, Sendable {
    /// Does the work, with the store's settings read.
    func execute(_ settings: StoreSettings) async throws
}

extension SessionSubcommand {
    /// Reads the settings, does the work and ends the process, with status 1 and one sentence after an error.
    ///
    /// The store answers on a thread of its own; a command has no event loop to wait on, so the main thread is
    /// Dispatch's until the work is done.
    func run() throws {
        let settings = try StoreSettings(Environment(ProcessInfo.processInfo.environment))
        Task {
            do {
                try await execute(settings)
                Self.exit()
            } catch {
                Self.exit(withError: error)
            }
        }
        dispatchMain()
    }
}

extension StoreSettings {
    /// Opens the store; `creating` makes a missing database.
    func openStore(creating: Bool = false) async throws(SessionStoreError) -> any SessionStore {
        try await SessionStores.open(database, creating: creating)
    }

    /// One user's key, or what to set to have one.
    func key(for userID: String) throws(SessionCommandError) -> UserKey {
        guard let keys else { throw .noKey }
        return keys.key(for: userID)
    }
}

extension SessionStore {
    /// One user's row by its id or name; an error when there is none.
    func existingRow(userID: String, idOrName: String) async throws -> SessionRow {
        guard let row = try await row(userID: userID, idOrName: idOrName) else {
            throw SessionCommandError.notFound
        }
        row.metadata.warnOfUnusableColumns()
        return row
    }
}

extension SessionRow {
    /// Opens the row with its user's key and reads the state in it.
    func state(with key: UserKey) throws -> StorageState {
        do {
            return try StorageState(parsing: try key.open(SealedState(ciphertext: ciphertext, iv: iv)))
        } catch let error as SealingError {
            throw SessionCommandError.unopenable(id: metadata.id, error)
        }
    }
}
