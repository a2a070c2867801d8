import Glibc
public import ProxyCore

/// What a proxy must still know after a restart, in an SQLite file of its own, mode 0600: a record for each Chrome process,
/// and the tokens that were good once. Bounded, and shared by processes without harm.
///
/// A write is in the kernel's hands when it is answered, which outlives the proxy; not on the disk: a Chrome does not
/// outlive the machine either.
///
/// Used by one isolation, the loop's, without a hop: a call takes some tens of microseconds, a connection needs one only when
/// something new is known, and a thread of its own would make every system call of the process dearer for good.
public final class StateFile {
    /// How many Chrome processes are remembered, those written last.
    public static let mostBrowsers = 256
    /// The most tokens that are remembered.
    public static let mostTokens = 65_536

    /// How long a call waits for another process that writes, at the most.
    private static let lockTimeout = Duration.milliseconds(250)

    private let connection: SQLiteConnection

    /// Opens the file, or makes it, in a folder that is there. Blocks while it does: for the start of a program.
    public init(path: String) throws(SessionStoreError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .unopenable(database: path, reason: unsafe String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
        connection = try SQLiteConnection(path: path)
        connection.waitForLocks(Self.lockTimeout)
        guard try connection.run("PRAGMA quick_check(1)") == [[.text("ok")]] else { throw .corrupt(path: path) }
        for statement in Self.schema { try connection.run(statement) }
    }

    private static let schema = [
        "PRAGMA journal_mode=TRUNCATE", "PRAGMA synchronous=OFF",
        "CREATE TABLE IF NOT EXISTS browsers (id TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS spent_tokens (hash BLOB NOT NULL PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS spent_until ON spent_tokens (until)",
    ]

    // MARK: - Browsers

    /// The record of a Chrome process; nil when there is none.
    public func record(of browser: String) throws(SessionStoreError) -> String? {
        try connection.run("SELECT record FROM browsers WHERE id = ?", [.text(browser)]).first?.first?.asText
    }

    /// Keeps the record of a Chrome process in place of an earlier one; the oldest of too many goes.
    public func keep(_ record: String, of browser: String) throws(SessionStoreError) {
        // A replaced row gets a new number, so that numbers tell which were written last.
        try connection.run(
            "INSERT OR REPLACE INTO browsers (id, record) VALUES (?, ?)",
            [.text(browser), .text(record)]
        )
        try connection.run(
            "DELETE FROM browsers WHERE rowid <= (SELECT max(rowid) FROM browsers) - \(Self.mostBrowsers)"
        )
    }

    // MARK: - Spent tokens

    /// Remembers a token by a hash until a moment; those whose time is over go.
    public func spend(_ hash: [UInt8], until: Timestamp, now: Timestamp) throws(SessionStoreError) {
        try connection.run("DELETE FROM spent_tokens WHERE until <= ?", [.text(String(now.secondsSince1970))])
        try connection.run(
            "INSERT OR REPLACE INTO spent_tokens (hash, until) VALUES (?, ?)",
            [.bytes(hash), .text(String(until.secondsSince1970))]
        )
    }

    /// The tokens that are remembered at `now`, and until when.
    public func spentTokens(now: Timestamp) throws(SessionStoreError) -> [(hash: [UInt8], until: Timestamp)] {
        let rows = try connection.run(
            "SELECT hash, until FROM spent_tokens WHERE until > ? LIMIT \(Self.mostTokens)",
            [.text(String(now.secondsSince1970))]
        )
        return rows.compactMap { row in
            guard row.count == 2, let seconds = row[1].asText.flatMap(Double.init) else { return nil }
            return Timestamp(secondsSince1970: seconds).map { (row[0].asBytes, $0) }
        }
    }
}
