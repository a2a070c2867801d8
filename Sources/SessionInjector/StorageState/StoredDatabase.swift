import ProxyCore

/// The shape in which Playwright writes an IndexedDB database. What has another is left out beforehand, since it would
/// only fail in the page; what is in the records is the page's business.
enum StoredDatabase {
    /// Whether a page can make sense of it.
    static func isUsable(_ database: JSONObject) -> Bool {
        guard isString(database["name"]), let version = database["version"]?.intValue, versions.contains(version) else {
            return false
        }
        return isList(database["stores"], of: isStore)
    }

    /// What IndexedDB takes for one.
    private static let versions = 1...(1 << 53) - 1

    private static func isStore(_ store: JSONValue) -> Bool {
        isString(store["name"]) && isKeyPath(of: store) && isList(store["records"]) { $0.objectValue != nil }
            && isList(store["indexes"]) {
                isString($0["name"]) && ($0["keyPath"] != nil || $0["keyPathArray"] != nil) && isKeyPath(of: $0)
            }
    }

    /// A path, a list of them, or none.
    private static func isKeyPath(of member: JSONValue) -> Bool {
        (isAbsent(member["keyPath"]) || isString(member["keyPath"])) && isList(member["keyPathArray"], of: isString)
    }

    /// Nothing counts as an empty list.
    private static func isList(_ value: JSONValue?, of isMember: (JSONValue) -> Bool) -> Bool {
        isAbsent(value) || value?.arrayValue?.allSatisfy(isMember) == true
    }

    private static func isString(_ value: JSONValue?) -> Bool { if case .string = value { true } else { false } }

    private static func isAbsent(_ value: JSONValue?) -> Bool { value?.isNull != false }
}
