import Glibc
public import ProxyCore

/// The facts a proxy must still know after a restart, in an SQLite file of its own (mode 0600): a record for each
/// Chrome process, and the spent one-use tokens. The file is bounded, and several processes may share it.
///
/// When a write returns, the kernel has it, so it survives the proxy. It need not be on the disk: no Chrome survives a
/// restart of the machine either.
///
/// The loop's isolation calls it directly. A call takes some tens of microseconds, and a connection needs one only for
/// a new fact. A thread of its own would make every system call of the process slower.
public final class StateFile {
    /// How many Chrome processes it remembers: those written last.
    public static let mostBrowsers = 256
    /// The most spent tokens it returns.
    public static let mostTokens = 65_536

    /// How long a call waits while another process writes.
    private static let lockTimeout = Duration.milliseconds(250)

    private let connection: SQLiteConnection

    /// Opens the file, or makes it in an existing folder. Blocks meanwhile: for the start of a program.
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

    /// Stores the record of a Chrome process, replacing an earlier one. Beyond `mostBrowsers` it drops the oldest.
    public func keep(_ record: String, of browser: String) throws(SessionStoreError) {
        // A replaced row gets a new rowid, so that rowids show the order of writing.
        try connection.run(
            "INSERT OR REPLACE INTO browsers (id, record) VALUES (?, ?)",
            [.text(browser), .text(record)]
        )
        try connection.run(
            "DELETE FROM browsers WHERE rowid <= (SELECT max(rowid) FROM browsers) - \(Self.mostBrowsers)"
        )
    }

    // MARK: - Spent tokens

    /// Remembers a spent token by a hash until a moment, and forgets those whose moment has passed.
    public func spend(_ hash: [UInt8], until: Timestamp, now: Timestamp) throws(SessionStoreError) {
        try connection.run("DELETE FROM spent_tokens WHERE until <= ?", [.text(String(now.secondsSince1970))])
        try connection.run(
            "INSERT OR REPLACE INTO spent_tokens (hash, until) VALUES (?, ?)",
            [.bytes(hash), .text(String(until.secondsSince1970))]
        )
    }

    /// The tokens that are spent at `now`, and until when each must be remembered.
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
