/// The members of an object while it is parsed: finds a name's earlier use without walking all the names for each.
struct JSONMembers {
    /// Up to here names are compared one by one, which is faster than hashing them.
    private static var hashedFrom: Int { 16 }

    /// The members so far, in order.
    private(set) var all: [JSONObject.Member] = []
    private var places: [JSONString: Int] = [:]

    /// Where `name` was used before; nil when it was not.
    func place(of name: JSONString) -> Int? {
        all.count < Self.hashedFrom ? all.firstIndex { $0.name == name } : places[name]
    }

    /// All members. Room that was made for more and is not needed is given back: most objects of a hostile answer have one.
    consuming func finished() -> [JSONObject.Member] {
        guard all.count * 2 <= all.capacity else { return all }
        var exact: [JSONObject.Member] = []
        exact.reserveCapacity(all.count)
        exact += all
        return exact
    }

    /// Puts `value` at the `place` that was found for `name`, or else at the end.
    mutating func set(_ name: JSONString, to value: JSONValue, at place: Int?) {
        if let place {
            all[place].value = value
            return
        }
        if all.isEmpty { all.reserveCapacity(8) }
        all.append(JSONObject.Member(name: name, value: value))
        if all.count == Self.hashedFrom {
            for (place, member) in all.enumerated() { places[member.name] = place }
        } else if all.count > Self.hashedFrom {
            places[name] = all.count - 1
        }
    }
}
