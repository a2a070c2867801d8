import ProxyCore
import Testing

private let key = "0123456789abcdef0123456789abcdef"

@Suite struct SigningKeyTextTests {
    @Test(arguments: [
        (#"{"algorithm":"HS256","signingKey":"\#(key)"}"#, key),
        (#" { "signingKey" : "\#(key)" , "other":[1] } "#, key),
        (#"{"signingKey":"a\u00e9\n\#(key)"}"#, "a\u{e9}\n\(key)"),
        (key, key), (" \(key)\n", " \(key)\n"),
        ("01234567890123456789012345678901", "01234567890123456789012345678901"),
    ])
    func takesTheKeyUntouched(text: String, expected: String) throws {
        #expect(try SigningKeyText.key(in: text).reveal() == Array(expected.utf8))
    }

    @Test func countsBytesAndKeepsThemAsTheyAre() throws {
        // 31 letters and one of two bytes, decomposed: 30 + 3 bytes; nothing is normalised.
        let text = String(repeating: "x", count: 30) + "e\u{301}"
        #expect(try SigningKeyText.key(in: text).reveal() == Array(text.utf8))
    }

    /// Editors write a mark before a file's text, unasked; it is no part of the key, nor does it make JSON a key.
    @Test(arguments: [
        (#"{"algorithm":"HS256","signingKey":"\#(key)"}"#, key), (" \n{\"signingKey\":\"\(key)\"}\n", key), (key, key),
        ("\(key)\n", "\(key)\n"), (" \(key)", " \(key)"),
        // Inside it belongs to the key.
        ("\(key)\u{FEFF}", "\(key)\u{FEFF}"), (#"{"signingKey":"\#u{FEFF}\#(key)"}"#, "\u{FEFF}\(key)"),
    ])
    func leavesAByteOrderMarkOff(text: String, expected: String) throws {
        #expect(try SigningKeyText.key(in: "\u{FEFF}" + text).reveal() == Array(expected.utf8))
    }

    @Test(arguments: [
        ("\u{FEFF}{\(key)}", UnusableSecret.malformedJSON), ("\u{FEFF}", .tooShort), ("\u{FEFF}short", .tooShort),
        ("\u{FEFF}\"\(key)\"", .noSigningKey), ("\u{FEFF}\u{FEFF}\(key)", .marked),
        ("\u{FEFF}\u{FEFF}{\"signingKey\":\"\(key)\"}", .marked), (" \u{FEFF}{\"signingKey\":\"\(key)\"}", .marked),
        // The mark of UTF-8, and of UTF-16 both ways, read as Latin-1.
        ("ï»¿{\"signingKey\":\"\(key)\"}", .marked), ("ï»¿\(key)", .marked), ("ÿþ\(key)", .marked),
        ("þÿ\(key)", .marked),
        ("\u{FFFE}\(key)", .marked),
        ("'{\"signingKey\":\"\(key)\"}'", .quoted), ("' {\"signingKey\":\"\(key)\"}", .quoted), ("'\(key)'", .quoted),
        ("`\(key)`\n", .quoted), ("\u{201C}\(key)\u{201D}", .quoted), (" '\(key)' ", .quoted),
        ("\u{201C}{\"signingKey\":\"\(key)\"}\u{201D}", .quoted), ("\u{FEFF}'\(key)'", .quoted),
        (#"{\"signingKey\":\"\#(key)\"}"#, .malformedJSON),
        (#""{\"signingKey\":\"\#(key)\"}""#, .noSigningKey),
    ])
    func takesNothingQuotedOrMarkedForAKey(text: String, reason: UnusableSecret) {
        #expect(throws: reason) { try SigningKeyText.key(in: text) }
    }

    /// A mark in the middle, or before and not behind, is a character like others.
    @Test(arguments: ["'\(key)", "\(key)'", "x'\(key)'", "\(key){}", "-{\(key)", "ï\(key)"])
    func takesAnyOtherTextAsItIs(text: String) throws {
        #expect(try SigningKeyText.key(in: text).reveal() == Array(text.utf8))
    }

    @Test(arguments: [
        ("short", UnusableSecret.tooShort), ("", .tooShort), (#"{"signingKey":"short"}"#, .tooShort),
        (#"{"signingKey":12345678901234567890123456789012}"#, .noSigningKey),
        (#"{"signing_key":"\#(key)"}"#, .noSigningKey), (#"["\#(key)"]"#, .noSigningKey),
        (#""\#(key)""#, .noSigningKey), (#"{"signingKey":"\#(key)""#, .malformedJSON),
        (#"{"signingKey":"\#(key)","signingKey":"\#(key)"}"#, .malformedJSON), ("{\(key)}", .malformedJSON),
        (#"{"algorithm":"RS256","signingKey":"\#(key)"}"#, .otherAlgorithm),
        (#"{"algorithm":null,"signingKey":"\#(key)"}"#, .otherAlgorithm),
    ])
    func takesNothingElse(text: String, reason: UnusableSecret) {
        #expect(throws: reason) { try SigningKeyText.key(in: text) }
    }
}

@Suite struct SecretBytesTests {
    @Test func neverPrintsItself() {
        let secret = SecretBytes(utf8: "hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(Optional(secret) as Any)"] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
    }

    @Test func comparesBytes() {
        let secret = SecretBytes(utf8: "hunter2")
        #expect(secret.equals(SecretBytes(utf8: "hunter2")))
        #expect(!secret.equals(SecretBytes(utf8: "hunter3")))
        #expect(!secret.equals(SecretBytes(utf8: "hunter")))
    }
}
