import Testing

@testable import ProxyCore

@Suite struct APIKeyTests {
    private static let text = "flybrowser_" + String(repeating: "A", count: 43)

    @Test func aNewKeyHasTheForm() throws {
        let key = APIKey.random()
        let read = try #require(APIKey(Array(key.reveal().utf8)[...]))
        #expect(read.hash == key.hash)
        #expect(key.reveal().utf8.count == 54)
        #expect(APIKey.random().reveal() != key.reveal())
    }

    /// As `printf %s flybrowser_AAA… | sha256sum` prints it.
    @Test func theHashIsTheSHA256OfTheText() throws {
        let key = try #require(APIKey(Array(Self.text.utf8)[...]))
        #expect(key.hash == "02ce8743fff5167bcc3f7ead31e690350b0ce0d7fd8c5b954a5793f363f827bd")
    }

    @Test func aKeyIsReadFromTheMiddleOfABuffer() throws {
        let buffer = Array(("x: " + Self.text + " ").utf8)
        #expect(APIKey(buffer[3..<57])?.reveal() == Self.text)
    }

    @Test(arguments: ["", "=", "+", "\u{0}", "AA", "AB", "A ", "é"])
    func aKeyEndsInBase64URLWithoutStrayBits(_ ending: String) {
        let text = String(Self.text.dropLast()) + ending
        #expect(APIKey(Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: ["Flybrowser_", "flybrowser-", "", " lybrowser_", "flybrowser", "flybrowser_A"])
    func aKeyBeginsWithItsPrefix(_ prefix: String) {
        let text = prefix + String(repeating: "A", count: 43)
        #expect(APIKey(Array(text.utf8)[...]) == nil)
    }

    @Test func strayBitsMakeNoSecondSpelling() {
        let text = String(Self.text.dropLast()) + "B"
        #expect(APIKey(Array(text.utf8)[...]) == nil)
    }

    @Test func aKeyPrintsItsTypeAlone() {
        #expect("\(APIKey.random())" == "APIKey(redacted)")
    }
}
