/// A dictionary that keeps the order in which its keys were first set. Setting a key again replaces its value in place.
struct OrderedDictionary<Key: Hashable, Value> {
    /// The values, in the order of their keys.
    private(set) var values: [Value] = []
    private var indexes: [Key: Int] = [:]

    /// Sets the value of a key.
    mutating func set(_ value: Value, for key: Key) {
        update(key, startingFrom: value) { $0 = value }
    }

    /// Changes the value of a key. A key without one starts from `first`.
    mutating func update(_ key: Key, startingFrom first: @autoclosure () -> Value, by body: (inout Value) -> Void) {
        if let index = indexes[key] {
            body(&values[index])
        } else {
            var value = first()
            body(&value)
            indexes[key] = values.count
            values.append(value)
        }
    }
}
