/// Any JSON value (RFC 8259), kept so that writing a parsed value back loses nothing: members stay in order, numbers keep
/// their digits, and strings that are not Unicode text (lone surrogates) survive.
///
/// Comparison is byte for byte, never Swift's canonical equivalence, and member order counts.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, with its digits as written.
    case number(JSONNumber)
    /// A string; nearly always text.
    case string(JSONString)
    /// An array.
    case array([JSONValue])
    /// An object, its members in order.
    case object(JSONObject)
}

// MARK: - Making

extension JSONValue {
    /// A string holding `text`.
    public init(_ text: String) { self = .string(JSONString(text)) }

    /// A whole number.
    public init(_ number: Int) { self = .number(JSONNumber(number)) }

    /// A number; nil when it is infinite or not a number, which JSON cannot say.
    public init?(_ number: Double) {
        guard let number = JSONNumber(number) else { return nil }
        self = .number(number)
    }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `true` or `false`, written as a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A whole number, written as a literal.
    public init(integerLiteral value: Int) { self.init(value) }

    /// A string, written as a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// An array, written as a literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object, written as a literal; of two members of one name the last is kept.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { (JSONString($0.0), $0.1) }))
    }
}

extension JSONValue {
    /// An object with one more member, or with another value for the one of that name; nothing but an object has members.
    public func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var object) = self else { return self }
        object[name] = value
        return .object(object)
    }
}

// MARK: - Looking inside

extension JSONValue {
    /// The member called `name`; nil when there is none, and in anything but an object.
    public subscript(name: String) -> JSONValue? { objectValue?[name] }

    /// The truth value, when this is one.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number as an `Int`, when this is a number without a fraction that fits.
    public var intValue: Int? { if case .number(let value) = self { value.int } else { nil } }

    /// The number as a finite `Double`, when this is a number in its range.
    public var doubleValue: Double? { if case .number(let value) = self { value.double } else { nil } }

    /// The text, when this is a string that is Unicode text.
    public var stringValue: String? { if case .string(let value) = self { value.text } else { nil } }

    /// The elements, when this is an array.
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The object, when this is one.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }
}
