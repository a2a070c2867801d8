import ProxyCore

/// One problem of a request's body in FastAPI's shape: its location, its message and its kind.
///
/// FastAPI also repeats the `input`. This never does, because it may be a stored state, and clients log answers.
struct FieldProblem: Error, Equatable {
    /// The location: `body`, then the names of members and the indexes of elements.
    let location: [JSONValue]
    /// A sentence in pydantic's words.
    let message: String
    /// Pydantic's name for the kind, such as `string_too_long`.
    let kind: String

    /// A problem at a path in the body.
    init(at path: [JSONValue], _ kind: String, _ message: String) {
        location = ["body"] + path
        self.kind = kind
        self.message = message
    }

    /// The problem as an element of `detail`.
    var json: JSONValue {
        ["type": JSONValue(kind), "loc": .array(location), "msg": JSONValue(message)]
    }
}

extension FieldProblem {
    /// A required field is missing.
    static func missing(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "missing", "Field required")
    }

    /// The value is not a string.
    static func noString(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "string_type", "Input should be a valid string")
    }

    /// The string has lone surrogates, and so is not Unicode text.
    static func noText(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(
            at: path,
            "string_unicode",
            "Input should be a valid string, unable to parse raw data as a unicode string"
        )
    }

    /// The string has too few characters.
    static func tooShort(_ path: JSONValue..., least: Int) -> FieldProblem {
        FieldProblem(at: path, "string_too_short", "String should have at least \(counted(least, "character"))")
    }

    /// The string has too many characters.
    static func tooLong(_ path: JSONValue..., most: Int) -> FieldProblem {
        FieldProblem(at: path, "string_too_long", "String should have at most \(counted(most, "character"))")
    }

    /// The value is not a list.
    static func noList(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "list_type", "Input should be a valid list")
    }

    /// The list has too few items.
    static func tooFew(_ path: JSONValue..., least: Int, found: Int) -> FieldProblem {
        let message = "List should have at least \(counted(least, "item")) after validation, not \(found)"
        return FieldProblem(at: path, "too_short", message)
    }

    /// The list has too many items.
    static func tooMany(_ path: JSONValue..., most: Int, found: Int) -> FieldProblem {
        let message = "List should have at most \(counted(most, "item")) after validation, not \(found)"
        return FieldProblem(at: path, "too_long", message)
    }

    /// The value is not an object, where any object is allowed.
    static func noDictionary(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "dict_type", "Input should be a valid dictionary")
    }

    /// The value is not an object, where one with named fields is required.
    static func noObject(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(
            at: path,
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from"
        )
    }

    /// The value breaks a rule of this service.
    static func value(_ path: JSONValue..., sentence: String) -> FieldProblem {
        FieldProblem(at: path, "value_error", "Value error, \(sentence)")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
