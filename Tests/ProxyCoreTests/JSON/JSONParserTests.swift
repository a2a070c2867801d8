import Testing

@testable import ProxyCore

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", .null), ("true", true), (" false\r\n\t", false), ("0", 0), ("-12", -12), ("[]", []),
            ("{}", [:]),
            ("[ 1 , [ 2 ] , { } ]", [1, [2], [:]]),
            (#"{"a":{"b":[null]},"c":"d"}"#, ["a": ["b": [.null]], "c": "d"]),
            (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""x\ud83d\ude00y""#, "x😀y"), ("\"\u{7f}é€😀\"", "\u{7f}é€😀"), (#""\u0000""#, "\0"),
        ] as [(String, JSONValue)]
    )
    func parses(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text: text) == value)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd(at: 0)), ("  ", .unexpectedEnd(at: 2)), ("tru", .unexpectedEnd(at: 3)),
            ("trux", .syntax(at: 3)), ("True", .syntax(at: 0)), ("NaN", .syntax(at: 0)), ("+1", .syntax(at: 0)),
            ("01", .trailingBytes(at: 1)), ("-", .unexpectedEnd(at: 1)), ("-x", .syntax(at: 1)), (".5", .syntax(at: 0)),
            ("1.", .unexpectedEnd(at: 2)), ("1.e3", .syntax(at: 2)), ("1e", .unexpectedEnd(at: 2)),
            ("1e+", .unexpectedEnd(at: 3)),
            ("0x1", .trailingBytes(at: 1)), ("-Infinity", .syntax(at: 1)), ("1 2", .trailingBytes(at: 2)),
            ("{}x", .trailingBytes(at: 2)),
            ("[1,]", .syntax(at: 3)), ("[,1]", .syntax(at: 1)), ("[1 2]", .syntax(at: 3)),
            ("[1", .unexpectedEnd(at: 2)),
            ("]", .syntax(at: 0)),
            ("[1}", .syntax(at: 2)), (#"{"a"}"#, .syntax(at: 4)), (#"{"a":}"#, .syntax(at: 5)),
            (#"{"a":1,}"#, .syntax(at: 7)), ("{a:1}", .syntax(at: 1)),
            ("{1:1}", .syntax(at: 1)), (#"{"a":1"#, .unexpectedEnd(at: 6)), ("'a'", .syntax(at: 0)),
            (#""a"#, .unexpectedEnd(at: 2)),
            ("\"a\nb\"", .syntax(at: 2)), ("\"\0\"", .syntax(at: 1)), (#""\x""#, .syntax(at: 2)),
            (#""\u12g4""#, .syntax(at: 5)),
            (#""\u123"#, .unexpectedEnd(at: 6)), (#""\U0041""#, .syntax(at: 2)), ("// c\n1", .syntax(at: 0)),
            ("/**/1", .syntax(at: 0)),
            ("\u{FEFF}1", .syntax(at: 0)), ("\u{A0}1", .syntax(at: 0)), ("\u{C}1", .syntax(at: 0)),
            (#"{"a":1,"a":2}"#, .duplicateName(at: 7)), (#"{"a":1,"\u0061":2}"#, .duplicateName(at: 7)),
            (#"[{"x":{"a":1,"b":2,"a":1}}]"#, .duplicateName(at: 19)),
            (#"{"\ud800":1,"\ud800":2}"#, .duplicateName(at: 12)),
        ] as [(String, JSONError)]
    )
    func refuses(text: String, error: JSONError) {
        #expect(throws: error) { try JSONValue.parse(text: text) }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        for prefix in ["", "ab", #"\n"#, #"\ud800"#] {
            let start = 1 + prefix.utf8.count
            let document = Array("\"\(prefix)".utf8) + bytes + Array("\"".utf8)
            #expect(throws: JSONError.invalidUTF8(at: start)) { try JSONValue.parse(document) }
        }
        #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
    }

    @Test func everyTruncationIsAnUnexpectedEnd() {
        let document = Array(#"{"a":[1.5e3,true,null,"x\u00e9\n\ud83d\ude00"],"b":{"c":false}}"#.utf8)
        for count in 0..<document.count {
            let error = #expect(throws: JSONError.self) { try JSONValue.parse(Array(document[..<count])) }
            guard case .unexpectedEnd(let at) = error else {
                // Cutting a character's bytes apart cannot happen here: the document is ASCII.
                Issue.record("cut at \(count): \(String(describing: error))")
                continue
            }
            #expect(at == count)
        }
    }

    @Test func everyByteChangedGivesAValueOrAnErrorWithinTheDocument() {
        let document = Array(#"{"a":[1.5e3,true,"x\u00e9"],"b":{"c":false}}"#.utf8)
        for index in document.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = document
                changed[index] = byte
                do {
                    let value = try JSONValue.parse(changed)
                    #expect(try JSONValue.parse(value.serialized()) == value)
                } catch {
                    #expect(error.offset <= changed.count)
                }
            }
        }
    }

    @Test func nestingIsLimitedWhateverIsAskedFor() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue.parse(text: nested(64)) }
        #expect(throws: JSONError.tooDeep(at: 64)) { try JSONValue.parse(text: nested(65)) }
        #expect(throws: JSONError.tooDeep(at: 2)) {
            try JSONValue.parse(text: #"[[{"a":1}]]"#, options: JSONParsingOptions(maximumDepth: 2))
        }
        let unlimited = JSONParsingOptions(maximumDepth: .max)
        #expect(throws: Never.self) { try JSONValue.parse(text: nested(1000), options: unlimited) }
        #expect(throws: JSONError.tooDeep(at: 1000)) {
            try JSONValue.parse(text: nested(1_000_000), options: unlimited)
        }
        // Siblings do not add up.
        let flat = "[" + Array(repeating: "[{}]", count: 500).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try JSONValue.parse(text: flat, options: JSONParsingOptions(maximumDepth: 3)) }
    }

    /// Hostile text whose values take many times the memory that its bytes do, as one repeated piece between two ends.
    @Test(arguments: [
        ("[", "0,", "0]"), ("[", #"{"":0},"#, "0]"), ("[", "[[[[[[[[0]]]]]]]],", "0]"), ("[", #"["",{}],"#, "0]"),
        ("[", #""sixteen bytes ..","#, "0]"), ("[", #""\u0041\u00e9 and so on ....","#, "0]"),
        ("[", "1234567890123456,", "0]"),
    ])
    func memoryIsLimitedWhateverTheBytes(_ start: String, _ piece: String, _ end: String) throws {
        let text = start + String(repeating: piece, count: 10_000) + end
        #expect(throws: Never.self) { try JSONValue.parse(text: text) }
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse(text: text, options: JSONParsingOptions(maximumMemory: 100_000))
        }
        let offset = try #require(error?.offset)
        #expect(error == .tooLarge(at: offset))
        // It stops at the value that is too much, long before the end.
        #expect(offset < text.utf8.count / 2)
    }

    @Test func theNumberOfValuesIsLimitedToOne() throws {
        let options = JSONParsingOptions(maximumMemory: JSONMemory.allocation + 3 * JSONMemory.element)
        #expect(try JSONValue.parse(text: "[1,2,3]", options: options) == [1, 2, 3])
        #expect(throws: JSONError.tooLarge(at: 7)) { try JSONValue.parse(text: "[1,2,3,4]", options: options) }
        let members = JSONParsingOptions(maximumMemory: JSONMemory.allocation + JSONMemory.member)
        #expect(try JSONValue.parse(text: #"{"a":1}"#, options: members) == ["a": 1])
        #expect(throws: JSONError.tooLarge(at: 7)) { try JSONValue.parse(text: #"{"a":1,"b":2}"#, options: members) }
    }

    @Test func aSmallObjectKeepsNoRoomForMore() throws {
        var members = JSONMembers()
        members.set("a", to: 1, at: nil)
        #expect(members.all.capacity >= 8)
        let finished = members.finished()
        #expect(finished.count == 1 && finished.capacity < 4)
    }

    @Test func theLastOfTwoMembersWinsWhenAskedFor() throws {
        let options = JSONParsingOptions(duplicateNames: .lastWins)
        let value = try JSONValue.parse(text: #"{"a":1,"b":2,"a":{"c":3,"c":4}}"#, options: options)
        #expect(value == ["a": ["c": 4], "b": 2])
        #expect(value.objectValue?.map(\.name) == ["a", "b"])
    }

    @Test(arguments: [15, 16, 17, 40]) func duplicatesAreFoundInLargeObjects(count: Int) throws {
        let members = (0..<count).map { #""k\#($0)":\#($0)"# }
        #expect(try JSONValue.parse(text: "{\(members.joined(separator: ","))}").objectValue?.count == count)
        for repeated in 0..<count {
            let text = "{\((members + [members[repeated]]).joined(separator: ","))}"
            #expect(throws: JSONError.duplicateName(at: text.utf8.count - members[repeated].utf8.count - 1)) {
                try JSONValue.parse(text: text)
            }
        }
    }

    @Test func namesThatOnlyLookAlikeAreTwo() throws {
        let value = try JSONValue.parse(text: "{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test func readsAPartOfABuffer() throws {
        let buffer: [UInt8] = Array("xx[1]yy".utf8)
        #expect(try JSONValue.parse(buffer[2..<5].span) == [1])
    }
}
