import ProxyCore
import SessionStore
import Settings

/// The API keys that admit callers, as the database has them at the moment: it remembers no key, so that one that was
/// revoked is refused by every process at once.
///
/// Lives on the loop's thread. The database may come later: it is opened when the first key is shown.
final class KeyRing {
    /// How long a database that cannot be opened is left alone: to open it may mean to check all its pages.
    static let pause: Duration = .seconds(1)

    private typealias Opening = Result<any KeyStore, SessionStoreError>

    private let location: DatabaseLocation
    private let clock: @Sendable () -> Timestamp
    private let log: EventLog
    private let opening = SingleFlight<Opening>()
    private var store: (any KeyStore)?
    /// The last failure to open the database, and until when it stands.
    private var failure: (error: SessionStoreError, until: Instant)?
    private var isFailing = false

    /// The keys in the database that the settings name. `clock` is the wall clock.
    init(_ settings: StoreSettings, log: EventLog, clock: @escaping @Sendable () -> Timestamp) {
        location = settings.database
        self.log = log
        self.clock = clock
    }

    /// The record of a key, of which one use is counted. What is no key by its form never reaches the database. While that
    /// does not answer, no key is admitted.
    func admit(_ key: ArraySlice<UInt8>) async throws(KeyRefusal) -> KeyRecord {
        guard let key = APIKey(key) else { throw KeyRefusal(.apiKey) }
        let use: KeyUse
        do throws(SessionStoreError) {
            use = try await openStore().use(hash: key.hash, at: clock())
            isFailing = false
        } catch .missing {
            throw KeyRefusal(.apiKey)
        } catch {
            report(error)
            throw KeyRefusal(.secretUnavailable)
        }
        switch use {
        case .admitted(let record): return record
        case .unknown, .expired: throw KeyRefusal(.apiKey)
        case .revoked: throw KeyRefusal(.revoked)
        case .overRate(let seconds): throw KeyRefusal(.rateLimited, retryAfter: seconds)
        }
    }

    /// Takes the key that the revocation is about out of use, for good, and keeps the revocation; `apiKey` when there is no
    /// such key.
    func revoke(_ revocation: Revocation) async throws(KeyRefusal) {
        let isDone: Bool
        do throws(SessionStoreError) {
            isDone = try await openStore().revoke(id: revocation.subject, telling: RevocationRow(revocation))
        } catch .missing {
            throw KeyRefusal(.apiKey)
        } catch {
            report(error)
            throw KeyRefusal(.secretUnavailable)
        }
        guard isDone else { throw KeyRefusal(.apiKey) }
    }

    /// Closes the database.
    func close() async {
        await store?.close()
    }

    private func openStore() async throws(SessionStoreError) -> any KeyStore {
        if let store { return store }
        if let failure, .now() < failure.until { throw failure.error }
        let location = location
        let opened = await opening.value { () async -> Opening in
            do throws(SessionStoreError) {
                return .success(try await KeyStores.open(location, creating: false))
            } catch {
                return .failure(error)
            }
        }
        do throws(SessionStoreError) {
            // Those who waited for the same opening get the same store.
            let opened = try opened.get()
            store = opened
            return opened
        } catch .missing(let path) {
            // Costs nothing to look for, and may be there the next moment.
            throw .missing(path: path)
        } catch {
            failure = (error, .now() + Self.pause)
            throw error
        }
    }

    /// Logs the first of the failures that follow each other.
    private func report(_ error: SessionStoreError) {
        guard !isFailing else { return }
        isFailing = true
        log.record(.error, "api_keys_unavailable", ["detail": .string("\(error)")])
    }
}
