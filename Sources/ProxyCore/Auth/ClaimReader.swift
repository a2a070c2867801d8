/// Reads the members of a claims set (RFC 7519 section 4), each held to its type: `null` is none.
struct ClaimReader {
    /// The claims as they came.
    let object: JSONObject

    /// The value, or `claims` when there is none.
    func required<Value>(_ name: String, _ value: Value?) throws(TokenFault) -> Value {
        guard let value else { throw TokenFault(.claims, claim: name) }
        return value
    }

    /// The text called `name`; nil when it is absent or empty.
    func text(_ name: String) throws(TokenFault) -> String? {
        let text = try member(name) { $0.stringValue }
        return text?.isEmpty == true ? nil : text
    }

    /// The texts called `name`; nil when it is absent.
    func texts(_ name: String) throws(TokenFault) -> [String]? { try member(name, Self.strings) }

    /// The truth called `name`; false when it is absent.
    func truth(_ name: String) throws(TokenFault) -> Bool { try member(name) { $0.boolValue } ?? false }

    /// The NumericDate called `name` (RFC 7519 section 2), which may have a fraction; nil when it is absent. Outside the
    /// years 1 to 9999 there is no date to compare with.
    func date(_ name: String) throws(TokenFault) -> Timestamp? {
        try member(name) { $0.doubleValue.flatMap(Timestamp.init(secondsSince1970:)) }
    }

    /// The number of seconds called `name`, which may have a fraction; nil when it is absent. What is longer than a connection
    /// can last is cut to that.
    func seconds(_ name: String) throws(TokenFault) -> Duration? {
        try member(name) { $0.doubleValue.flatMap { $0.isFinite && $0 > 0 ? .seconds(min($0, 1e9)) : nil } }
    }

    /// What `read` makes of the member called `name`; nil when it is absent, `claims` when `read` makes nothing of it.
    func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(TokenFault) -> Value? {
        guard let member = object[name] else { return nil }
        guard let value = read(member) else { throw TokenFault(.claims, claim: name) }
        return value
    }

    /// The strings of an array of nothing else.
    static func strings(_ value: JSONValue) -> [String]? {
        guard let elements = value.arrayValue else { return nil }
        let texts = elements.compactMap(\.stringValue)
        return texts.count == elements.count ? texts : nil
    }
}
