import Dispatch

/// Tells when a database may hold revocations that were not there before. A thread of its own watches it until ``close()``.
///
/// One caller waits for news, in any isolation. What it hears first may be old, and it may hear of nothing: it looks in any
/// case. All that was written before it heard is there to be read.
public final class RevocationWatch: Sendable {
    private let signal: WatchSignal

    /// Begins to watch the database, which may be missing as yet.
    public convenience init(over location: DatabaseLocation) {
        self.init(over: location, PostgresLimits())
    }

    /// A watch with limits of its own on waiting for a server.
    init(over location: DatabaseLocation, _ limits: PostgresLimits) {
        let signal = WatchSignal()
        self.signal = signal
        // The thread retains the signal and not the watch, so that one that was forgotten ends too.
        DispatchQueue(label: "revocation-watch").async {
            switch location {
            case .sqlite(let path): SQLiteWatch.run(over: path, signal)
            case .postgres(let location): PostgresWatch(over: location, limits).run(signal)
            }
            signal.end()
        }
    }

    deinit {
        signal.close()
    }

    /// Whether it tells of what is new within half a second. While it does not, the caller has to look again and again.
    public var isReliable: Bool { signal.isReliable }

    /// Waits until there may be something new, ``isReliable`` has changed, or the watch is closed.
    public func next() async { await signal.next() }

    /// Ends the wait of a caller, and the thread.
    public func close() { signal.close() }

    /// Waits, after ``close()``, until the thread has closed its connection; not for a database that does not answer. A
    /// process that ended before could take the libraries from under it.
    public func ended() async { await signal.ended() }
}
