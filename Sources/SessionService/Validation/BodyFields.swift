import ProxyCore
import SessionStore

/// Reads the fields of a request's body one after another and gathers everything that is wrong with them, so that one
/// answer names it all. A field that is not there, or null where that is allowed, reads as nil without a problem.
struct BodyFields {
    private let object: JSONObject
    /// What is wrong with the fields read so far, in the order they were read.
    private(set) var problems: [FieldProblem] = []

    /// No fields: for a value that came from elsewhere than a body.
    init() { object = JSONObject() }

    /// The fields of a body. What is said twice counts as said last, as in Python.
    init(_ body: [UInt8]) throws(FieldProblem) {
        guard !body.isEmpty else { throw .missing() }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(body, options: Self.options(for: body.count))
        } catch .tooLarge(let offset) {
            throw FieldProblem(at: [JSONValue(offset)], "json_invalid", "JSON of too many values")
        } catch {
            throw FieldProblem(at: [JSONValue(error.offset)], "json_invalid", "JSON decode error")
        }
        guard let object = value.objectValue else { throw .noObject() }
        self.object = object
    }

    /// A body may become several times the memory it takes itself: enough for a state of the greatest size and the smallest
    /// values, not for what hostile bytes can become.
    private static func options(for size: Int) -> JSONParsingOptions {
        JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512, maximumMemory: 16 << 20 + 8 * size)
    }

    /// Notes a problem.
    mutating func note(_ problem: FieldProblem) { problems.append(problem) }

    /// The value of a field that must be there.
    mutating func required(_ field: String) -> JSONValue? {
        if object[field] == nil { note(.missing(JSONValue(field))) }
        return object[field]
    }

    /// The value of a field that may be missing or null.
    func optional(_ field: String) -> JSONValue? {
        object[field].flatMap { $0.isNull ? nil : $0 }
    }

    /// A string of `length` characters (Unicode scalars, as Python counts them).
    mutating func text(_ value: JSONValue?, of field: String, length: ClosedRange<Int>) -> String? {
        guard let value else { return nil }
        guard case .string(let string) = value else {
            note(.noString(JSONValue(field)))
            return nil
        }
        guard let text = string.text else {
            note(.noText(JSONValue(field)))
            return nil
        }
        let count = text.unicodeScalars.count
        if count < length.lowerBound { note(.tooShort(JSONValue(field), least: length.lowerBound)) }
        if count > length.upperBound { note(.tooLong(JSONValue(field), most: length.upperBound)) }
        return length.contains(count) ? text : nil
    }
}
