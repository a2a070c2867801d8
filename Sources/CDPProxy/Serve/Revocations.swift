import Glibc
import ProxyCore
import SessionStore
import Settings

/// The revocations of all processes with the same database: what an operator revokes here is kept there, and what others
/// revoke is seen within a second. Each is told to the doorkeeper, and ends the live connections it is about.
///
/// Lives on the loop's thread. While the database cannot be asked, what is known goes on to count.
final class Revocations {
    /// What came of an operator's word.
    enum Outcome {
        /// It counts everywhere, and after a restart.
        case kept
        /// It counts in this process alone.
        case notKept
        /// There is no such API key.
        case unknownKey
    }

    /// How often the database is asked while nothing tells of news, or after a failure.
    static let pause: Duration = .milliseconds(500)
    /// How far back each look goes: clocks differ, and a row may become visible after a later one.
    private static let overlap: Duration = .seconds(600)

    private let location: DatabaseLocation
    private let doorkeeper: Doorkeeper
    private let fleet: RelayFleet
    private let loop: EventLoop
    private let clock: @Sendable () -> Timestamp
    private let log: EventLog
    private var watch: RevocationWatch?
    private var isClosed = false
    private var store: (any RevocationStore)?
    /// How many times the store was opened.
    private var openings = 0
    /// Until when all that the open store holds is known; nil before the first look.
    private var known: Timestamp?
    private var isFailing = false
    /// Tells the process before this one, or the one after, of what is new here, while there is one.
    var passOn: ((Revocation) -> Void)?

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

    /// Asks for what is revoked from now on whenever there is news, until ``close()``.
    func follow() async {
        while !isClosed {
            if let watch, watch.isReliable, !isFailing {
                await watch.next()
            } else {
                await loop.sleep(until: loop.now + Self.pause)
            }
            guard !isClosed else { return }
            // A process of one thread makes its system calls in less time: there is no other before there is a database.
            if watch == nil, isThere { watch = RevocationWatch(over: location) }
            await look()
        }
    }

    /// Asks no more.
    func close() {
        isClosed = true
        watch?.close()
    }

    /// Waits, after ``close()``, until the database is watched no more.
    func ended() async { await watch?.ended() }

    /// Whether there may be a database. A start without one waits for no worker to say so.
    private var isThere: Bool {
        guard case .sqlite(let path) = location else { return true }
        return unsafe access(path, F_OK) == 0
    }

    private func look() async {
        guard isThere else {
            isFailing = false
            return
        }
        let now = clock()
        do throws(SessionStoreError) {
            let store = try await openStore(creating: false)
            let opening = openings
            let since = known.map { min($0, now) - Self.overlap } ?? .earliest
            let found = try await store.list(since: since, now: now)
            // Another store, opened meanwhile, was not looked at yet.
            if opening == openings { known = now }
            isFailing = false
            apply(found.compactMap(Revocation.init))
        } catch .missing {
            // Nothing was revoked in a database that is not there.
            isFailing = false
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

    /// The store, opened anew where its file has been deleted or replaced; `creating` makes a missing one.
    private func openStore(creating: Bool) async throws(SessionStoreError) -> any RevocationStore {
        if let store, await store.isInPlace() { return store }
        (store, known) = (nil, nil)
        let opened = try await RevocationStores.open(location, creating: creating)
        (store, known) = (opened, nil)
        openings += 1
        return opened
    }

    // MARK: From operators here

    /// Revokes at once in this process, and in the others once the database has it. Of an API key the database says first
    /// whether there is one.
    func revoke(_ kind: Revocation.Kind, _ subject: String) async -> Outcome {
        let revocation = Revocation(kind, subject, at: clock())
        if kind == .key { return await revokeKey(revocation) }
        apply([revocation])
        do throws(SessionStoreError) {
            try await openStore(creating: true).add(RevocationRow(revocation))
            return .kept
        } catch {
            report(error)
            return .notKept
        }
    }

    private func revokeKey(_ revocation: Revocation) async -> Outcome {
        do throws(KeyRefusal) {
            try await doorkeeper.keyRing.revoke(revocation)
        } catch {
            guard error.rejection == .secretUnavailable else { return .unknownKey }
            apply([revocation])
            return .notKept
        }
        apply([revocation])
        return .kept
    }

    /// Takes up a revocation that the process before this one, or the one after, has said.
    func take(_ line: JSONValue) {
        if let revocation = line["revoked"].flatMap({ Revocation(json: $0) }) { apply([revocation]) }
    }

    private func apply(_ revocations: [Revocation]) {
        var list = RevocationList()
        for revocation in revocations where doorkeeper.revoke(revocation) {
            log.record(.info, "revoked", ["kind": .string(revocation.kind.rawValue)])
            list.add(revocation)
            passOn?(revocation)
        }
        guard !list.isEmpty else { return }
        doorkeeper.forgetRevocations()
        let new = list
        fleet.revoke { new.revokes($0.credential) }
    }
}
