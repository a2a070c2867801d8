import NIOCore
import ProxyCore

/// Chooses the connection to close when a listener has more than its limit. A value that gets the time with each call.
///
/// A connection with a running request is never closed, nor is one within ``grace`` of its last activity, because a new
/// one is about to send its request. Among the others the policy closes the kind with the least to lose, and of that
/// kind the one that has been so for longest. Each step takes constant time, however many connections there are.
struct EvictionPolicy {
    /// What a connection is doing, the one with the least to lose first.
    enum Activity: Int, CaseIterable {
        /// The client has not sent a request yet.
        case silent
        /// The client has its last answer and finishes sending.
        case closing
        /// The client has its answer and may send another request.
        case idle
        /// The client is still reading its answer.
        case reading
        /// A request is running: the connection stays.
        case busy
    }

    /// The next thing to do.
    enum Step: Equatable {
        /// Nothing: the limit holds, or no connection can be closed.
        case nothing
        /// Close this connection.
        case evict(UInt64)
        /// Ask again at this moment, when the grace of a connection ends.
        case wait(until: Instant)
    }

    private struct Entry {
        let id: UInt64
        let number: UInt64
        let since: Instant
    }

    /// How long a connection stays after its last activity.
    static let grace = Duration.seconds(1)

    private let limit: Int
    /// The number of each connection's valid entry; zero for a connection without one, busy or being closed.
    private var entryNumbers: [UInt64: UInt64] = [:]
    private var evicted: Set<UInt64> = []
    /// For each activity, the entries in order of time. An entry is valid while its connection has its number.
    private var queues = Activity.allCases.map { _ in CircularBuffer<Entry>() }
    private var lastNumber: UInt64 = 0

    /// A policy without connections.
    init(limit: Int) {
        self.limit = limit
    }

    /// The number of connections, including those being closed.
    var count: Int { entryNumbers.count }

    /// Notes what a connection, new or known, is doing now.
    mutating func update(_ id: UInt64, to activity: Activity, at now: Instant) {
        guard !evicted.contains(id) else { return }
        guard activity != .busy else {
            entryNumbers[id] = 0
            return
        }
        lastNumber += 1
        entryNumbers[id] = lastNumber
        queues[activity.rawValue].append(Entry(id: id, number: lastNumber, since: now))
        compact(activity)
    }

    /// Forgets a closed connection.
    mutating func remove(_ id: UInt64) {
        entryNumbers[id] = nil
        evicted.remove(id)
    }

    /// The next thing to do. After `evict`, that connection counts as closed, and the caller must ask again.
    mutating func next(at now: Instant) -> Step {
        guard entryNumbers.count - evicted.count > limit else { return .nothing }
        var earliest: Instant?
        for activity in Activity.allCases {
            guard let first = first(activity) else { continue }
            let end = first.since + Self.grace
            guard end <= now else {
                earliest = min(earliest ?? end, end)
                continue
            }
            entryNumbers[first.id] = 0
            evicted.insert(first.id)
            return .evict(first.id)
        }
        return earliest.map { .wait(until: $0) } ?? .nothing
    }

    /// The first valid entry of a queue. Drops the invalid ones before it.
    private mutating func first(_ activity: Activity) -> Entry? {
        while let entry = queues[activity.rawValue].first {
            if entryNumbers[entry.id] == entry.number { return entry }
            queues[activity.rawValue].removeFirst()
        }
        return nil
    }

    /// Drops the invalid entries of a queue once they must outnumber the valid ones.
    private mutating func compact(_ activity: Activity) {
        guard queues[activity.rawValue].count > 2 * entryNumbers.count + 64 else { return }
        queues[activity.rawValue] = CircularBuffer(
            queues[activity.rawValue].filter { entryNumbers[$0.id] == $0.number }
        )
    }

    /// The number of entries, valid or not; a test checks its bound.
    var entryCount: Int { queues.reduce(0) { $0 + $1.count } }
}
