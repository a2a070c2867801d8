import ProxyCore

/// One thing that is wrong with a request's body, in the shape in which FastAPI reports it: where, what, and which kind.
///
/// FastAPI also repeats the `input`. Ours never does: it may be a stored state, and an answer is logged by clients.
struct FieldProblem: Error, Equatable {
    /// Where: `body`, then names of members and places in lists.
    let location: [JSONValue]
    /// A sentence, in pydantic's words.
    let message: String
    /// Pydantic's name of the kind, such as `string_too_long`.
    let kind: String

    /// A problem at a place in the body.
    init(at path: [JSONValue], _ kind: String, _ message: String) {
        location = ["body"] + path
        self.kind = kind
        self.message = message
    }

    /// The problem as a member of `detail`.
    var json: JSONValue {
        ["type": JSONValue(kind), "loc": .array(location), "msg": JSONValue(message)]
    }
}

extension FieldProblem {
    /// Something required is not there.
    static func missing(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "missing", "Field required")
    }

    /// Not a string.
    static func noString(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "string_type", "Input should be a valid string")
    }

    /// A string with lone surrogates, which is no Unicode text.
    static func noText(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(
            at: path,
            "string_unicode",
            "Input should be a valid string, unable to parse raw data as a unicode string"
        )
    }

    /// Fewer characters than allowed.
    static func tooShort(_ path: JSONValue..., least: Int) -> FieldProblem {
        FieldProblem(at: path, "string_too_short", "String should have at least \(counted(least, "character"))")
    }

    /// More characters than allowed.
    static func tooLong(_ path: JSONValue..., most: Int) -> FieldProblem {
        FieldProblem(at: path, "string_too_long", "String should have at most \(counted(most, "character"))")
    }

    /// Not a list.
    static func noList(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "list_type", "Input should be a valid list")
    }

    /// A list with fewer items than allowed.
    static func tooFew(_ path: JSONValue..., least: Int, found: Int) -> FieldProblem {
        let message = "List should have at least \(counted(least, "item")) after validation, not \(found)"
        return FieldProblem(at: path, "too_short", message)
    }

    /// A list with more items than allowed.
    static func tooMany(_ path: JSONValue..., most: Int, found: Int) -> FieldProblem {
        let message = "List should have at most \(counted(most, "item")) after validation, not \(found)"
        return FieldProblem(at: path, "too_long", message)
    }

    /// Not an object, where the place asks for a plain one.
    static func noDictionary(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(at: path, "dict_type", "Input should be a valid dictionary")
    }

    /// Not an object, where the place asks for one with named fields.
    static func noObject(_ path: JSONValue...) -> FieldProblem {
        FieldProblem(
            at: path,
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from"
        )
    }

    /// A value that breaks a rule of ours.
    static func value(_ path: JSONValue..., sentence: String) -> FieldProblem {
        FieldProblem(at: path, "value_error", "Value error, \(sentence)")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
