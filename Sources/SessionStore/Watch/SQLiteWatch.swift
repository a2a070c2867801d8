import Glibc

/// Finds out whether other connections have changed a SQLite file, without reading its tables.
struct SQLiteWatch {
    private let path: String
    private var connection: SQLiteConnection?
    private var version: String?

    /// How often it looks.
    private static let interval: Duration = .milliseconds(500)

    /// A watch over a file that was not looked at yet.
    init(over path: String) {
        self.path = path
    }

    /// Looks again and again, until the signal is closed. Blocks the thread.
    static func run(over path: String, _ signal: WatchSignal) {
        var watch = SQLiteWatch(over: path)
        signal.ring(isReliable: true)
        while !signal.isClosed {
            if watch.sawChange() { signal.ring(isReliable: true) }
            signal.pause(interval)
        }
    }

    /// Whether the file may have changed since the last call: it has come, is another, was written, or cannot be asked.
    mutating func sawChange() -> Bool {
        if connection?.hasMoved == true { (connection, version) = (nil, nil) }
        guard unsafe access(path, F_OK) == 0 || connection != nil else { return false }
        do throws(SessionStoreError) {
            let found = try openConnection().version()
            defer { version = found }
            return version != found
        } catch {
            // Locked, damaged, or left by a writer that was killed: whoever reads the tables has a way round that, or reports it.
            return true
        }
    }

    private mutating func openConnection() throws(SessionStoreError) -> SQLiteConnection {
        if let connection { return connection }
        let opened = try SQLiteConnection(path: path)
        opened.waitForLocks(.zero)
        connection = opened
        return opened
    }
}
