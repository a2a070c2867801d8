/// The types of target that websites are made of (`Target.TargetInfo.type`). A client with roles is shown no other: those are
/// the browser's own interface and extensions' pages, whose scripts may do what a website's may not.
public enum WebTargets {
    /// All of them; what a new Chrome brings is closed until somebody has looked at it.
    public static let types = [
        "page", "tab", "iframe", "worker", "shared_worker", "service_worker", "worklet", "shared_storage_worklet",
        "auction_worklet",
    ]

    /// Whether `filter` is one of CDP's `Target.TargetFilter`, or absent.
    static func isFilter(_ filter: JSONValue?) -> Bool {
        guard let filter else { return true }
        guard let entries = filter.arrayValue, entries.count <= 64 else { return false }
        return entries.allSatisfy { entry in
            entry.objectValue != nil && (entry["type"].map { $0.stringValue != nil } ?? true)
                && (entry["exclude"].map { $0.boolValue != nil } ?? true)
        }
    }

    /// The filter that lets through those of them that this one does. Without one, Chrome leaves out `tab`.
    static func filter(within filter: JSONValue?) -> JSONValue {
        let entries = filter?.arrayValue
        let shown = types.filter { type in
            guard let entries else { return type != "tab" }
            // The first entry that fits decides, and none lets through nothing.
            let first = entries.first { $0["type"] == nil || $0["type"]?.isString(type) == true }
            return first.map { $0["exclude"]?.boolValue != true } ?? false
        }
        return .array(shown.map { ["type": JSONValue($0)] } + [["exclude": .bool(true)]])
    }
}
