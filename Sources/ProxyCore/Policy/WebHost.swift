/// The host of a web address as browsers read it (the WHATWG URL standard, "host parsing"): an IP address in any of its
/// spellings, or a name.
enum WebHost: Equatable {
    /// An address.
    case address(IPAddress)
    /// A name in lower case, without a point at its end.
    case name(String)

    /// Reads a host as it stands in an address; nil for one that browsers refuse, and for one in letters that they would
    /// replace: those spell whatever they are replaced by.
    init?(_ text: Substring) {
        if text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") {
            guard text.contains(":"), let address = IPAddress(text.dropFirst().dropLast()) else { return nil }
            self = .address(address)
            return
        }
        guard let decoded = Self.decoded(text), Self.isPlain(decoded) else { return nil }
        var name = decoded.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard !name.isEmpty else { return nil }
        guard Self.endsInNumber(name) else {
            self = .name(name)
            return
        }
        guard let bits = Self.ipv4(name) else { return nil }
        self = .address(IPAddress(ipv4: bits))
    }

    /// The text without percent-encoding.
    private static func decoded(_ text: Substring) -> String? {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        var bytes = Array(parts[0].utf8)
        for part in parts.dropFirst() {
            guard part.utf8.count >= 2, let byte = UInt8(part.prefix(2), radix: 16), part.first != "+" else {
                return nil
            }
            bytes.append(byte)
            bytes += part.utf8.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Whether no character of it would be replaced, dropped or refused.
    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return ByteSet.hostName.contains(UInt8(scalar.value)) }
            // U+3002 is a point to browsers, and to no table of compatibility.
            return !scalar.properties.changesWhenNFKCCaseFolded && scalar.value != 0x3002
        }
    }

    private static func endsInNumber(_ name: String) -> Bool {
        guard let last = name.split(separator: ".", omittingEmptySubsequences: false).last else { return false }
        return !last.isEmpty && last.utf8.allSatisfy { (0x30...0x39).contains($0) } || number(last) != nil
    }

    /// One to four numbers, decimal, octal or hexadecimal, the last of which fills what is left.
    private static func ipv4(_ name: String) -> UInt32? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        let numbers = parts.compactMap { number($0) }
        guard numbers.count == parts.count, let last = numbers.last else { return nil }
        let octets = numbers.dropLast()
        guard octets.allSatisfy({ $0 <= 255 }), last < 1 << (8 * UInt64(5 - parts.count)) else { return nil }
        let high = octets.enumerated().reduce(UInt64(0)) { $0 | $1.element << UInt64(8 * (3 - $1.offset)) }
        return UInt32(truncatingIfNeeded: high | last)
    }

    private static func number(_ text: Substring) -> UInt64? {
        let isHex = text.hasPrefix("0x")
        let isOctal = !isHex && text.utf8.count > 1 && text.hasPrefix("0")
        let digits = isHex ? text.dropFirst(2) : isOctal ? text.dropFirst() : text
        // Browsers take `0x` for zero.
        if isHex, digits.isEmpty { return 0 }
        guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return UInt64(digits, radix: isHex ? 16 : isOctal ? 8 : 10)
    }
}
