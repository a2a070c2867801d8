import ProxyCore
import SessionStore

// The fields of a stored session and their rules.

extension BodyFields {
    /// A session's name: 1 to 50 of `A-Z a-z 0-9 _ -`, of which the first is a letter or digit.
    mutating func name(_ value: JSONValue?) -> String? {
        guard let name = text(value, of: "name", length: 1...50) else { return nil }
        let isGood = name.utf8.allSatisfy {
            $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard isGood, name.utf8.first?.isASCIIAlphanumeric == true else {
            note(
                .value(
                    "name",
                    sentence: "Session name must start with alphanumeric and contain only "
                        + "alphanumeric characters, dashes, and underscores"
                )
            )
            return nil
        }
        return name
    }

    /// A session's description: up to 500 characters without NUL, which PostgreSQL cannot hold.
    mutating func description() -> String? {
        guard let text = text(optional("description"), of: "description", length: 0...500) else { return nil }
        guard !text.utf8.contains(0) else {
            note(.value("description", sentence: "Description must not contain a NUL character"))
            return nil
        }
        return text
    }

    /// A session's domains: 1 to 10, together at most 1,000 bytes with their commas, which is the column's length.
    mutating func domains() -> [String]? {
        guard let value = required("domains") else { return nil }
        guard let elements = value.arrayValue else {
            note(.noList("domains"))
            return nil
        }
        let before = problems.count
        let domains = elements.prefix(10).enumerated().compactMap { domain($1, at: $0) }
        if elements.isEmpty { note(.tooFew("domains", least: 1, found: 0)) }
        if elements.count > 10 { note(.tooMany("domains", most: 10, found: elements.count)) }
        guard problems.count == before else { return nil }
        if let bad = domains.first(where: { !DomainName.isValid($0) }) {
            note(.value("domains", sentence: "Invalid domain format: \(bad.prefix(DomainName.maximumLength))"))
        } else if domains.joined(separator: ",").utf8.count > 1000 {
            note(.value("domains", sentence: "Domains must not take more than 1000 characters together"))
        }
        return domains
    }

    private mutating func domain(_ value: JSONValue, at index: Int) -> String? {
        guard case .string(let string) = value else {
            note(.noString("domains", JSONValue(index)))
            return nil
        }
        if string.text == nil { note(.noText("domains", JSONValue(index))) }
        return string.text
    }

    /// The moment a session expires: ISO 8601 (in UTC unless it has an offset), or a number of seconds since 1970. A
    /// number above 2·10¹⁰ is in milliseconds, as in pydantic.
    mutating func expiry() -> Timestamp? {
        guard let value = optional("expires_at") else { return nil }
        if let text = value.stringValue {
            if let read = Timestamp(text) ?? Double(text).flatMap(Self.timestamp) { return read }
            note(
                FieldProblem(
                    at: ["expires_at"],
                    "datetime_from_date_parsing",
                    "Input should be a valid datetime or date"
                )
            )
        } else if case .number = value {
            if let read = value.doubleValue.flatMap(Self.timestamp) { return read }
            note(FieldProblem(at: ["expires_at"], "datetime_parsing", "Input should be a valid datetime"))
        } else {
            note(FieldProblem(at: ["expires_at"], "datetime_type", "Input should be a valid datetime"))
        }
        return nil
    }

    private static func timestamp(_ number: Double) -> Timestamp? {
        Timestamp(secondsSince1970: number.magnitude > 2e10 ? number / 1000 : number)
    }

    /// A storage state. `cookies` and `origins` must be lists of objects and default to empty lists. Their elements are
    /// not checked, and every field is kept, unknown ones included.
    mutating func storageState(_ value: JSONValue?) -> JSONObject? {
        guard let value else { return nil }
        guard var object = value.objectValue else {
            note(.noObject("storage_state"))
            return nil
        }
        let before = problems.count
        for list in ["cookies", "origins"] {
            if let value = object[list] {
                checkDictionaries(value, at: list)
            } else {
                object[list] = []
            }
        }
        return problems.count == before ? object : nil
    }

    private mutating func checkDictionaries(_ value: JSONValue, at list: String) {
        guard let elements = value.arrayValue else { return note(.noList("storage_state", JSONValue(list))) }
        // One body may hold a million wrong elements; the first hundred are enough to see the fault.
        for (index, element) in elements.enumerated() where element.objectValue == nil && problems.count < 100 {
            note(.noDictionary("storage_state", JSONValue(list), JSONValue(index)))
        }
    }
}
