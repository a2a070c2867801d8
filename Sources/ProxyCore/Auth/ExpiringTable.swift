/// Values that are forgotten when their time comes, at most a given number of them.
///
/// Those past their time are swept when the table has grown to twice what the last sweep left, so an insertion costs a
/// constant amount on average; a full table is swept once a second.
struct ExpiringTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        let expiresAt: Timestamp
    }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var sweepCount: Int
    private var sweptAt = Timestamp.earliest

    /// An empty table that holds no more than `capacity` values.
    init(capacity: Int) {
        self.capacity = capacity
        sweepCount = min(capacity, 256)
    }

    /// How many values are held, those past their time included until the next sweep.
    var count: Int { entries.count }

    /// Remembers `value` until `expiresAt`, in the place of one remembered for `key`; false when
    /// the table is full of others, and then nothing is forgotten for it.
    mutating func insert(_ value: Value, for key: Key, until expiresAt: Timestamp, now: Timestamp) -> Bool {
        if entries.count >= sweepCount { sweep(now) }
        guard entries.count < capacity || entries[key] != nil else { return false }
        entries[key] = Entry(value: value, expiresAt: expiresAt)
        return true
    }

    /// The value remembered for `key`; nil when there is none, or its time is over.
    func value(for key: Key, now: Timestamp) -> Value? { entry(for: key, now: now)?.value }

    /// The value remembered for `key`, and when its time is over; nil as in ``value(for:now:)``.
    func entry(for key: Key, now: Timestamp) -> (value: Value, expiresAt: Timestamp)? {
        entries[key].flatMap { now < $0.expiresAt ? ($0.value, $0.expiresAt) : nil }
    }

    /// All values whose time is not over, those first whose time comes first.
    func entries(now: Timestamp) -> [(key: Key, value: Value, expiresAt: Timestamp)] {
        entries.filter { now < $0.value.expiresAt }
            .map { (key: $0.key, value: $0.value.value, expiresAt: $0.value.expiresAt) }
            .sorted { $0.expiresAt < $1.expiresAt }
    }

    /// Forgets the value remembered for `key`.
    mutating func remove(_ key: Key) { entries[key] = nil }

    /// Puts `value` in the place of the one remembered for `key`, if there is one, until the same time.
    mutating func replaceValue(for key: Key, with value: Value) {
        entries[key]?.value = value
    }

    /// Forgets a quarter of the values, those whose time comes first, however many have the same.
    mutating func forgetSoonest() {
        let ends = entries.values.map(\.expiresAt).sorted()
        guard let last = ends.dropFirst((ends.count - 1) / 4).first else { return }
        var ties = (ends.count - 1) / 4 + 1 - ends.prefix { $0 < last }.count
        entries = entries.filter { _, entry in
            guard entry.expiresAt == last, ties > 0 else { return entry.expiresAt >= last }
            ties -= 1
            return false
        }
    }

    private mutating func sweep(_ now: Timestamp) {
        // A clock set back must not stop the sweeping.
        guard now >= sweptAt + .seconds(1) || now < sweptAt || entries.count < capacity else { return }
        sweptAt = now
        entries = entries.filter { now < $0.value.expiresAt }
        sweepCount = min(capacity, max(256, entries.count * 2))
    }
}
