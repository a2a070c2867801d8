import Testing

@testable import SessionService

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("plain", "plain"), ("a%2Fb", "a/b"), ("%c3%A4", "ä"), ("%252F", "%2F"), ("a+b", "a+b"), ("%00", "\u{0}"),
        ("", ""),
    ])
    func percentSignsAreDecodedOnce(_ text: String, _ expected: String) {
        #expect(PercentEncoding.decode(text) == expected)
    }

    @Test(arguments: ["%", "%4", "%4g", "%+4", "%ff", "%c0%af", "%ed%a0%80", "a%"])
    func invalidEncodingsAreRefused(_ text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
