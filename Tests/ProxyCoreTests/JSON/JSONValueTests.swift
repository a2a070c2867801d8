import Testing

@testable import ProxyCore

@Suite(.timeLimit(.minutes(5))) struct JSONValueTests {
    /// Letters with many accents, which Swift sorts to compare them: of these that would take hours.
    @Test func namesOfManyAccentsAreComparedByTheirBytes() throws {
        let accents = String(String.UnicodeScalarView(repeatElement(["\u{327}", "\u{301}"], count: 1 << 20).joined()))
        let value = try JSONValue.parse(text: #"{"a\#(accents)":1,"b\#(accents)":2}"#)
        #expect(value.objectValue?.count == 2)
        let name = try #require(value.objectValue?[0].name)
        #expect(!name.equals("b\(accents)"))
        #expect(name.equals("a\(accents)"))
    }

    @Test func looksInside() throws {
        let value = try JSONValue.parse(text: #"{"s":"t","n":7,"d":1.5,"b":true,"a":[1],"o":{"x":null},"h":"\ud800"}"#)
        #expect(value["s"]?.stringValue == "t")
        #expect(value["n"]?.intValue == 7)
        #expect(value["n"]?.doubleValue == 7)
        #expect(value["d"]?.intValue == nil)
        #expect(value["d"]?.doubleValue == 1.5)
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["o"]?["x"]?.isNull == true)
        #expect(value["h"]?.stringValue == nil)
        #expect(value["none"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["s"]?.intValue == nil)
        #expect(value["n"]?.stringValue == nil)
        #expect(value["n"]?.boolValue == nil)
        #expect(value["n"]?.isNull == false)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("12", 12), ("12.0", 12), ("1e3", 1000), ("1.5e1", 15), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("1.5", nil), ("1e-1", nil), ("1e400", nil),
        ("9.1e15", nil),
    ])
    func wholeNumbers(text: String, expected: Int?) throws {
        #expect(try JSONValue.parse(text: text).intValue == expected)
    }

    @Test(arguments: [("1e400", nil), ("-1e400", nil), ("1e-400", 0), ("0.1", 0.1), ("-2.5E-3", -0.0025)])
    func doubles(text: String, expected: Double?) throws {
        #expect(try JSONValue.parse(text: text).doubleValue == expected)
    }

    @Test(
        arguments: [
            (0.0, "0"), (1.5, "1.5"), (-3, "-3"), (1e15, "1000000000000000"), (1e300, "1e+300"), (0.1, "0.1"),
            (.infinity, nil), (.nan, nil),
        ] as [(Double, String?)]
    )
    func numbersFromDoubles(value: Double, text: String?) throws {
        #expect(JSONNumber(value)?.text == text)
        if let written = JSONValue(value)?.serialized() { #expect(try JSONValue.parse(written).doubleValue == value) }
    }

    @Test func comparesBytesNotLooks() {
        #expect(JSONValue("\u{e9}") != JSONValue("e\u{301}"))
        #expect(JSONString("\u{e9}").hashValue != JSONString("e\u{301}").hashValue)
        #expect(["a": 1, "b": 2] as JSONValue != ["b": 2, "a": 1])
    }

    @Test func membersAreSetReplacedAndRemovedInOrder() {
        var object: JSONObject = JSONObject()
        object["a"] = 1
        object["b"] = 2
        object["a"] = .null
        #expect(object.map(\.name) == ["a", "b"])
        #expect(object["a"] == .null)
        object["a"] = nil
        object["c"] = nil
        #expect(JSONValue.object(object) == ["b": 2])
    }
}
