import ProxyCore

/// The shape in which Playwright writes an IndexedDB database. A database of another shape is left out beforehand,
/// since it would only fail in the page. The page itself checks the records.
enum StoredDatabase {
    /// Whether the page's script can restore it.
    static func isUsable(_ database: JSONObject) -> Bool {
        guard isString(database["name"]), let version = database["version"]?.intValue, versions.contains(version) else {
            return false
        }
        return isList(database["stores"], of: isStore)
    }

    /// The versions that IndexedDB accepts.
    private static let versions = 1...(1 << 53) - 1

    private static func isStore(_ store: JSONValue) -> Bool {
        isString(store["name"]) && isKeyPath(of: store) && isList(store["records"]) { $0.objectValue != nil }
            && isList(store["indexes"]) {
                isString($0["name"]) && ($0["keyPath"] != nil || $0["keyPathArray"] != nil) && isKeyPath(of: $0)
            }
    }

    /// Whether the member has a key path, a list of key paths, or neither.
    private static func isKeyPath(of member: JSONValue) -> Bool {
        (isAbsent(member["keyPath"]) || isString(member["keyPath"])) && isList(member["keyPathArray"], of: isString)
    }

    /// Whether the value is a list of such members. An absent value or null counts as an empty list.
    private static func isList(_ value: JSONValue?, of isMember: (JSONValue) -> Bool) -> Bool {
        isAbsent(value) || value?.arrayValue?.allSatisfy(isMember) == true
    }

    private static func isString(_ value: JSONValue?) -> Bool { if case .string = value { true } else { false } }

    private static func isAbsent(_ value: JSONValue?) -> Bool { value?.isNull != false }
}
