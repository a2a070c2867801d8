import FoundationEssentials
import Glibc
import ProxyCore
import SessionStore
import Settings

/// The revocations of all processes with the same database: what an operator revokes here is kept there, and what others
/// revoke is seen within a second. Each is told to the doorkeeper, and ends the live connections it is about.
///
/// Lives on the loop's thread. While the database cannot be asked, what is known goes on to count.
final class Revocations {
    /// How often the database is asked for new ones.
    static let interval: Duration = .milliseconds(500)
    /// How far back each look goes: clocks differ, and a row may become visible after a later one.
    private static let overlap: Duration = .seconds(600)

    private let location: DatabaseLocation
    private let doorkeeper: Doorkeeper
    private let fleet: RelayFleet
    private let loop: EventLoop
    private let clock: @Sendable () -> Timestamp
    private let log: EventLog
    private var reader: (any RevocationStore)?
    private var writer: (any RevocationStore)?
    private var isClosed = false
    /// Whether the database has told of all that it holds, so that only what is new is asked for.
    private var knowsAll = false
    private var isFailing = false

    /// The revocations in the database that the settings name.
    init(_ settings: StoreSettings, to doorkeeper: Doorkeeper, in fleet: RelayFleet, _ context: ServerContext) {
        location = settings.database
        self.doorkeeper = doorkeeper
        self.fleet = fleet
        loop = context.loop
        clock = context.clock
        log = context.log
    }

    // MARK: From others

    /// Asks for what was revoked before the start. A database that cannot be asked just now does not hold the start up.
    func load() async { await look() }

    /// Asks again and again for what is revoked from now on, until ``close()``.
    func follow() async {
        while !isClosed {
            await loop.sleep(until: loop.now + Self.interval)
            if !isClosed { await look() }
        }
    }

    /// Asks no more.
    func close() { isClosed = true }

    /// Whether there may be a database: a file that is missing is not looked for by a worker twice a second.
    private var isThere: Bool {
        guard case .sqlite(let path) = location else { return true }
        return unsafe access(path, F_OK) == 0
    }

    private func look() async {
        guard isThere else { return }
        let now = clock()
        do throws(SessionStoreError) {
            let since = knowsAll ? now - Self.overlap : .earliest
            let found = try await openReader().list(since: since, now: now)
            (knowsAll, isFailing) = (true, false)
            for row in found {
                // A kind of a later version is no word for this one.
                guard let kind = Revocation.Kind(rawValue: row.kind) else { continue }
                apply(Revocation(kind, row.subject, at: row.at))
            }
        } catch .missing {
            // Nothing was revoked in a database that is not there.
        } catch {
            report(error)
        }
    }

    /// Logs the first of the failures that follow each other.
    private func report(_ error: SessionStoreError) {
        guard !isFailing else { return }
        isFailing = true
        log.record(.error, "revocations_unavailable", ["detail": .string("\(error)")])
    }

    private func openReader() async throws(SessionStoreError) -> any RevocationStore {
        if let reader { return reader }
        let opened = try await RevocationStores.open(location, creating: false)
        reader = opened
        return opened
    }

    /// Makes the table where it is missing.
    private func openWriter() async throws(SessionStoreError) -> any RevocationStore {
        if let writer { return writer }
        let opened = try await RevocationStores.open(location, creating: true)
        writer = opened
        return opened
    }

    // MARK: From operators here

    /// Revokes at once in this process, and in the others once the database has it. False when it could not be kept there.
    func revoke(_ kind: Revocation.Kind, _ subject: String) async -> Bool {
        let revocation = Revocation(kind, subject, at: clock())
        apply(revocation)
        do throws(SessionStoreError) {
            try await openWriter().add(
                RevocationRow(
                    id: UUID().uuidString.lowercased(),
                    kind: kind.rawValue,
                    subject: subject,
                    at: revocation.at,
                    expiresAt: revocation.expiresAt
                )
            )
            return true
        } catch {
            report(error)
            return false
        }
    }

    private func apply(_ revocation: Revocation) {
        guard doorkeeper.revoke(revocation) else { return }
        log.record(.info, "revoked", ["kind": .string(revocation.kind.rawValue)])
        var list = RevocationList()
        list.add(revocation)
        let only = list
        fleet.close(.revoked, reason: "revoked") { only.revokes($0.credential) }
    }
}
