/// The members of a JSON object in the order they were written, each name once.
///
/// A look-up walks the members: objects are small, and order matters more than speed. Names compare byte for byte.
public struct JSONObject: Sendable, Equatable {
    /// One name and its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let name: JSONString
        /// The value.
        public var value: JSONValue
    }

    private var members: [Member]

    /// An object without members.
    public init() { members = [] }

    /// An object of `pairs`; of two with one name the last value is kept, at the first one's place.
    public init(_ pairs: some Sequence<(JSONString, JSONValue)>) {
        members = []
        for (name, value) in pairs { set(name, to: value) }
    }

    /// An object of members whose names the caller knows to be distinct.
    init(distinct members: [Member]) { self.members = members }

    /// The value called `name`; setting nil removes the member, setting a new name appends one.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name.equals(name) }?.value }
        set {
            if let newValue {
                set(JSONString(name), to: newValue)
            } else {
                members.removeAll { $0.name.equals(name) }
            }
        }
    }

    private mutating func set(_ name: JSONString, to value: JSONValue) {
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
    }
}

extension JSONObject: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }

    /// The number of members.
    public var endIndex: Int { members.count }

    /// The member at a place in the written order.
    public subscript(position: Int) -> Member { members[position] }
}
