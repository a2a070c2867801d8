public import ProxyCore

/// What a storage state holds of one origin. What is not as Playwright writes it is left out, and counted by reason, so
/// that it costs nothing else.
public struct StoredOrigin: Sendable, Equatable {
    /// One item of localStorage. Both strings may hold lone surrogates: pages store such things.
    public struct Item: Sendable, Equatable {
        /// The key.
        public let name: JSONString
        /// The value.
        public let value: JSONString
    }

    /// The origin as written; nil when it is missing or no text. `WebOrigin` says whether it is one.
    public let origin: String?
    /// The items of localStorage, in order.
    public let localStorage: [Item]
    /// The databases as Playwright writes them; nil when the state says nothing of IndexedDB.
    public let indexedDB: [JSONObject]?
    /// How much of its storage is left out, by reason.
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
        let isSaid = object["indexedDB"]?.arrayValue != nil
        indexedDB = isSaid ? databases : nil
        self.problems = problems
    }

    /// The usable members of a list; nothing and null are an empty one.
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
