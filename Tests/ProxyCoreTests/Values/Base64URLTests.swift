import Testing

@testable import ProxyCore

@Suite struct Base64URLTests {
    /// RFC 4648 section 10, without its padding, and the two characters that are not base64's.
    @Test(
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"), ("<<???>>", "PDw_Pz8-Pg"),
        ]
    )
    func knownText(text: String, encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
        #expect(decode(Array(encoded.utf8)) == Array(text.utf8))
    }

    @Test(
        arguments: [
            "A", "AAAAA", "Zg=", "Zg==", "Zm8=", "=", "Z g", "Zm9v\n", "Zm9+", "Zm9/", "Zm9vé", "\0\0", "Zm9.", "Zh",
            "Zm9", "Zm8\u{7f}",
        ]
    )
    func refuses(text: String) {
        #expect(decode(Array(text.utf8)) == nil)
    }

    @Test func everyByteStringHasOneEncoding() {
        for first in UInt8.min...UInt8.max {
            for rest in [[], [0], [0xFF], [0, 0], [0xFF, 0xFF]] as [[UInt8]] {
                let bytes = [first] + rest
                #expect(decode(Array(Base64URL.encode(bytes).utf8)) == bytes)
            }
        }
        // Of all texts of two and three characters, exactly the encodings of one and two bytes decode.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let pairs = alphabet.flatMap { first in alphabet.map { [first, $0] } }
        #expect(pairs.count { decode($0) != nil } == 256)
        #expect(pairs.count { decode(Array(alphabet[..<1] + $0)) != nil } == 1024)
    }

    private func decode(_ text: [UInt8]) -> [UInt8]? { Base64URL.decode(text.span) }
}
