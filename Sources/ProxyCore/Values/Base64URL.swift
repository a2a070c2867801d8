/// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), strictly: every byte string has one encoding.
public enum Base64URL {
    /// The bytes that `text` encodes; nil when it has any other character, padding included, a length no encoding has, or
    /// bits set behind the last byte.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let tail = text.count % 4
        guard tail != 1 else { return nil }
        let whole = text.count - tail
        // Six bits a character; an illegal one has the highest bit set, which is looked at once, at the end.
        var seen: UInt8 = 0
        let values = Self.values
        var bytes = [UInt8](repeating: 0, count: text.count * 3 / 4)
        var output = bytes.mutableSpan
        var (index, place) = (0, 0)
        while index < whole {
            // Sound: the load is bounds-checked, and every bit pattern is a UInt32.
            let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self)
            let four = UInt32(littleEndian: word)
            let first = values[Int(four & 0xFF)]
            let second = values[Int(four >> 8 & 0xFF)]
            let third = values[Int(four >> 16 & 0xFF)]
            let fourth = values[Int(four >> 24)]
            seen |= first | second | third | fourth
            output[place] = first << 2 | second >> 4
            output[place + 1] = second << 4 | third >> 2
            output[place + 2] = third << 6 | fourth
            index += 4
            place += 3
        }
        if tail > 0 {
            // Two or three characters hold one or two bytes, and four or two bits that must be zero.
            let first = values[Int(text[whole])]
            let second = values[Int(text[whole + 1])]
            let third = tail == 3 ? values[Int(text[whole + 2])] : 0
            let stray = tail == 3 ? third & 0x3 : second & 0xF
            seen |= first | second | third | (stray == 0 ? 0 : illegal)
            output[place] = first << 2 | second >> 4
            if tail == 3 { output[place + 1] = second << 4 | third >> 2 }
        }
        return seen & illegal == 0 ? bytes : nil
    }

    /// The encoding of `bytes`.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var pending = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            pending += 8
            while pending >= 6 {
                pending -= 6
                text.append(character(of: bits >> UInt32(pending)))
            }
        }
        if pending > 0 { text.append(character(of: bits << UInt32(6 - pending))) }
        return String(decoding: text, as: UTF8.self)
    }

    /// What stands for a character that is not in the alphabet.
    private static let illegal: UInt8 = 0x80

    /// The six bits that each byte stands for as a character.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: illegal, count: 256)
        for value in UInt8(0)..<64 { values[Int(character(of: UInt32(value)))] = value }
        return values
    }()

    /// The character of the lowest six bits.
    private static func character(of bits: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 0x3F)
        return switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + (value - 26)
        case 52..<62: UInt8(ascii: "0") + (value - 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }
}
