import Testing

@testable import ProxyCore

@Suite struct JSONWritingTests {
    @Test(arguments: [
        "null", "true", "-0", "1.0", "1E+2", "123456789012345678901234567890.10", "[]", "{}", #"{"b":1,"a":[{},[]]}"#,
        #""é€😀""#, #""\u0000\u001f\b\t\n\f\r\"\\/""#, "\"\u{7f}\u{2028}\"",
        #""\ud800""#, #""\udfff""#, #""\udc00\ud800""#, #""a\ud83d""#, #""\ud83dx\n""#, #""\ud83d\ud83d\"""#,
        #"{"\udead":1}"#,
    ])
    func writesBackWhatItRead(text: String) throws {
        #expect(String(decoding: try JSONValue.parse(text: text).serialized(), as: UTF8.self) == text)
    }

    @Test(arguments: [
        (#" { "a" : [ 1 , 2 ] } "#, #"{"a":[1,2]}"#), (#""\u0041\/\u00e9""#, #""A/é""#), (#""\ud83d\ude00""#, #""😀""#),
        (#""\uD800\u000A""#, #""\ud800\n""#), (#""\ud83d\ud83d\ude00""#, #""\ud83d😀""#),
    ])
    func writesOneForm(text: String, written: String) throws {
        #expect(String(decoding: try JSONValue.parse(text: text).serialized(), as: UTF8.self) == written)
    }

    @Test func everyScalarSurvives() throws {
        var text = ""
        for point in UInt32(0)...0x10FFFF {
            if let scalar = Unicode.Scalar(point), point < 0x900 || point % 251 == 0 {
                text.unicodeScalars.append(scalar)
            }
        }
        let value = JSONValue(text)
        #expect(try JSONValue.parse(value.serialized()) == value)
    }

    @Test func appendsToWhatIsThere() {
        var output = Array("x".utf8)
        ([1, "y"] as JSONValue).write(to: &output)
        #expect(output == Array(#"x[1,"y"]"#.utf8))
    }
}
