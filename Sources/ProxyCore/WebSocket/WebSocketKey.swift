import Crypto

/// The value of `Sec-WebSocket-Key`: 16 bytes in base64, by which a server proves that it read the handshake
/// (RFC 6455 section 4.1). No secret: it guards against caches and confused servers, not against people.
public struct WebSocketKey: Sendable, Equatable {
    /// The 24 characters as they stand in the field.
    public let characters: [UInt8]

    /// The key that `value` holds, or nil unless it is the canonical base64 of 16 bytes: 22 characters of the standard
    /// alphabet, of which the last has no stray bits (RFC 4648 section 3.5), and `==`.
    public init?(_ value: ArraySlice<UInt8>) {
        guard value.count == 24, value.suffix(2).elementsEqual("==".utf8) else { return nil }
        let digits = value.dropLast(2)
        guard digits.dropLast().allSatisfy({ Base64.value(of: $0) != nil }) else { return nil }
        guard let last = digits.last.flatMap(Base64.value(of:)), last & 0x0F == 0 else { return nil }
        characters = Array(value)
    }

    /// A key of 16 random bytes, for a handshake of our own.
    public static func random(using generator: inout some RandomNumberGenerator) -> WebSocketKey {
        let bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
        return WebSocketKey(characters: Base64.encode((0..<16).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }))
    }

    private init(characters: [UInt8]) {
        self.characters = characters
    }

    /// The value of `Sec-WebSocket-Accept` that answers this key: the base64 of the SHA-1 of the key and the GUID of
    /// RFC 6455 section 4.2.2.
    public var accept: [UInt8] {
        var hash = Insecure.SHA1()
        hash.update(data: characters)
        hash.update(data: Self.guid)
        // A copy in one go, of bytes that are valid within the closure: a digest as a sequence is read one by one.
        return Base64.encode(unsafe hash.finalize().withUnsafeBytes { unsafe Array($0) })
    }

    private static let guid = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
}

/// The standard base64 alphabet with padding (RFC 4648 section 4), for the few short values a handshake has.
private enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The six bits that `character` stands for, or nil when it is not of the alphabet.
    static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// `bytes` in base64.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity((bytes.count + 2) / 3 * 4)
        let alphabet = alphabet
        var start = 0
        while start < bytes.count {
            let count = min(bytes.count - start, 3)
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
            for digit in 0...3 {
                let value = Int(bits >> (18 - 6 * UInt32(digit)) & 0x3F)
                characters.append(digit <= count ? alphabet[value] : UInt8(ascii: "="))
            }
            start += 3
        }
        return characters
    }
}
