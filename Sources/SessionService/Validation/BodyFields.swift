import ProxyCore
import SessionStore

/// Reads the fields of a request's body one after another and collects all their problems, so that one answer names
/// them all. A field that is missing, or null where that is allowed, reads as nil without a problem.
struct BodyFields {
    private let object: JSONObject
    /// The problems of the fields read so far, in the order of reading.
    private(set) var problems: [FieldProblem] = []

    /// No fields, for checking a value that does not come from a body.
    init() { object = JSONObject() }

    /// The fields of a body. The last of repeated names wins, as in Python.
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

    /// A parsed body takes several times the memory of its bytes. The bound allows a state of the largest size with the
    /// smallest values, and stops bodies that are made to take more.
    private static func options(for size: Int) -> JSONParsingOptions {
        JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512, maximumMemory: 16 << 20 + 8 * size)
    }

    /// Notes a problem.
    mutating func note(_ problem: FieldProblem) { problems.append(problem) }

    /// The value of a required field.
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
