public import ProxyCore

/// The storage of one origin in a storage state. Members that are not as Playwright writes them are left out one by
/// one, and counted by reason.
public struct StoredOrigin: Sendable, Equatable {
    /// One item of localStorage. Both strings may hold lone surrogates, since pages can store them.
    public struct Item: Sendable, Equatable {
        /// The key.
        public let name: JSONString
        /// The value.
        public let value: JSONString
    }

    /// The origin as written; nil when it is missing or not a string. `WebOrigin` tells whether it is valid.
    public let origin: String?
    /// The items of localStorage, in order.
    public let localStorage: [Item]
    /// The databases as Playwright writes them; nil when the state has no `indexedDB` list for the origin.
    public let indexedDB: [JSONObject]?
    /// How many parts of its storage are left out, by reason.
    public let problems: [StorageProblem: Int]

    init(_ object: JSONObject) {
        origin = object["origin"]?.stringValue
        var problems: [StorageProblem: Int] = [:]
        localStorage = Self.members(of: object["localStorage"], .localStorage, .item, &problems) { member in
            guard case .string(let name) = member["name"], case .string(let value) = member["value"] else { return nil }
            return Item(name: name, value: value)
        }
        let databases = Self.members(of: object["indexedDB"], .indexedDB, .database, &problems) { member in
            member.objectValue.flatMap { StoredDatabase.isUsable($0) ? $0 : nil }
        }
        let hasList = object["indexedDB"]?.arrayValue != nil
        indexedDB = hasList ? databases : nil
        self.problems = problems
    }

    /// The usable members of a list. An absent list or null is empty.
    private static func members<Member>(
        of list: JSONValue?,
        _ noList: StorageProblem,
        _ noMember: StorageProblem,
        _ problems: inout [StorageProblem: Int],
        read: (JSONValue) -> Member?
    ) -> [Member] {
        guard let list, !list.isNull else { return [] }
        guard let elements = list.arrayValue else {
            problems[noList, default: 0] += 1
            return []
        }
        let members = elements.compactMap(read)
        if members.count < elements.count { problems[noMember, default: 0] += elements.count - members.count }
        return members
    }
}
