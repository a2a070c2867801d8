@testable import ProxyCore

extension FuzzTarget {
    /// JSON, strict and as browsers read it.
    static let json = FuzzTarget(name: "json", longest: 4096) { bytes throws(Violation) in
        let strict = reading(bytes, JSONParsingOptions())
        let lenient = reading(bytes, JSONParsingOptions(duplicateNames: .lastWins))
        if case .success(let value) = strict {
            try expect(lenient, equals: strict, "what is read strictly is read the same otherwise")
            try checkNumbers(value)
        }
        switch lenient {
        case .failure(let error):
            try expect(0...bytes.count ~= error.offset, "a fault is within what came")
            if case .failure = strict {
            } else {
                throw Violation(property: "what is refused otherwise is refused strictly")
            }
        case .success(let value):
            try checkWritten(value)
            try checkLimits(bytes, value)
        }
    }

    private static func reading(_ bytes: [UInt8], _ options: JSONParsingOptions) -> Result<JSONValue, JSONError> {
        do throws(JSONError) {
            return .success(try JSONValue.parse(bytes, options: options))
        } catch {
            return .failure(error)
        }
    }

    /// What was read is written so that it reads the same, strictly too: no name is there twice.
    private static func checkWritten(_ value: JSONValue) throws(Violation) {
        let written = value.serialized()
        let again = reading(written, JSONParsingOptions())
        try expect(again, equals: .success(value), "a value written back reads the same")
        guard case .success(let second) = again else { return }
        try expect(second.serialized(), equals: written, "a value is written the same each time")
        guard let text = String(validating: written, as: UTF8.self) else {
            throw Violation(property: "JSON is written in UTF-8")
        }
        try expect(try? JSONValue.parse(text: text), equals: value, "JSON reads the same from text")
    }

    /// A lower limit refuses a value or changes nothing of it; a higher one refuses nothing that a lower one takes.
    private static func checkLimits(_ bytes: [UInt8], _ value: JSONValue) throws(Violation) {
        var isTaken = false
        for limit in [1, 2, 4, 8, 16, 32, 64] {
            let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: limit)
            let found = reading(bytes, options)
            if case .failure(let error) = found {
                try expect(!isTaken, "what is not too deep for a limit is not for a higher one")
                try expect(error, equals: .tooDeep(at: error.offset), "a limit of depth refuses nothing else")
            } else {
                try expect(found, equals: .success(value), "a limit changes no value")
                isTaken = true
            }
        }
        isTaken = false
        for limit in stride(from: 0, through: 4096, by: 512) {
            let options = JSONParsingOptions(duplicateNames: .lastWins, maximumMemory: limit)
            let found = reading(bytes, options)
            if case .failure(let error) = found {
                try expect(!isTaken, "what is not too large for a limit is not for a higher one")
                try expect(error, equals: .tooLarge(at: error.offset), "a limit of memory refuses nothing else")
            } else {
                try expect(found, equals: .success(value), "a limit changes no value")
                isTaken = true
            }
        }
    }

    /// Numbers that are whole for one reading are for the other.
    private static func checkNumbers(_ value: JSONValue) throws(Violation) {
        switch value {
        case .number(let number):
            guard let whole = number.int, whole.magnitude < 1 << 53 else { return }
            try expect(number.double, equals: Double(whole), "a whole number is the same as a Double")
            try expect(JSONNumber(Double(whole))?.int, equals: whole, "a whole number survives as a Double")
        case .array(let elements): for element in elements { try checkNumbers(element) }
        case .object(let object):
            for member in object {
                guard let name = member.name.text else { continue }
                try expect(object[name], equals: member.value, "a member is found by its name")
                try checkNumbers(member.value)
            }
        case .null, .bool, .string: break
        }
    }
}
