/// A host and an optional port, as `Host` carries them (RFC 9110 section 7.2: `uri-host [ ":" port ]`).
///
/// Read strictly, because it is echoed into URLs: a name of letters, digits, `-`, `.` and `_` in labels that are not
/// empty (one dot may end it), at most 255 bytes; a dotted quad with every part 0 to 255, which is what a name of
/// only digits and dots must be; or an IPv6 address in brackets, with no zone. The port is 1 to 65535 with no leading
/// zero. Userinfo, percent-encoding and an empty host are refused.
public struct Authority: Sendable, Equatable, CustomStringConvertible {
    /// The host as it was written; an IPv6 address keeps its brackets.
    public let host: String
    /// The port, or nil when none was named.
    public let port: UInt16?

    /// Host and port as they stand in a URL.
    public var description: String { port.map { "\(host):\($0)" } ?? host }

    /// The authority that `bytes` spell, or nil when they are none.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard let parts = Self.parse(bytes.span) else { return nil }
        host = String(decoding: bytes.prefix(parts.hostLength), as: UTF8.self)
        port = parts.port
    }

    /// The authority that `text` spells, or nil when it is none.
    public init?(_ text: some StringProtocol) {
        self.init(ArraySlice(text.utf8))
    }

    /// The host as system calls take it: an IPv6 address without its brackets.
    public var bareHost: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }

    /// Reads an authority without allocating: how many bytes its host has, and its port.
    static func parse(_ bytes: Span<UInt8>) -> (hostLength: Int, port: UInt16?)? {
        let hostLength: Int
        if bytes.isEmpty { return nil }
        if bytes[0] == UInt8(ascii: "[") {
            guard let length = bracketedLength(bytes) else { return nil }
            hostLength = length
        } else {
            guard let length = nameLength(bytes) else { return nil }
            hostLength = length
        }
        guard hostLength < bytes.count else { return (hostLength, nil) }
        guard bytes[hostLength] == UInt8(ascii: ":") else { return nil }
        guard let port = parsePort(bytes.extracting(droppingFirst: hostLength + 1)) else { return nil }
        return (hostLength, port)
    }

    /// Reads `1` to `65535` with no leading zero.
    private static func parsePort(_ digits: Span<UInt8>) -> UInt16? {
        guard 1...5 ~= digits.count, digits[0] != UInt8(ascii: "0") else { return nil }
        var port: UInt32 = 0
        for index in digits.indices {
            guard digits[index].isDigit else { return nil }
            port = port * 10 + UInt32(digits[index] - UInt8(ascii: "0"))
        }
        return UInt16(exactly: port)
    }

    /// The length of the name or dotted quad that `bytes` begin with.
    private static func nameLength(_ bytes: Span<UInt8>) -> Int? {
        var length = 0
        var isNumeric = true
        var isLabelEmpty = true
        while length < bytes.count, ByteSet.hostName.contains(bytes[length]) {
            let isDot = bytes[length] == UInt8(ascii: ".")
            if isDot && isLabelEmpty { return nil }
            isLabelEmpty = isDot
            isNumeric = isNumeric && (isDot || bytes[length].isDigit)
            length += 1
        }
        guard 1...255 ~= length else { return nil }
        guard !isNumeric || isDottedQuad(bytes.extracting(first: length)) else { return nil }
        return length
    }

    /// The length of the bracketed IPv6 address that `bytes` begin with, brackets included.
    private static func bracketedLength(_ bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "]") {
            return isIPv6(bytes.extracting(1..<index)) ? index + 1 : nil
        }
        return nil
    }

    /// Whether `bytes` are an `IPv4address` (RFC 3986 section 3.2.2): four decimal octets, no leading zeros.
    static func isDottedQuad(_ bytes: Span<UInt8>) -> Bool {
        var (octets, digits, value) = (0, 0, 0)
        for index in 0...bytes.count {
            if index < bytes.count, bytes[index].isDigit {
                guard digits == 0 || value != 0 else { return false }
                digits += 1
                value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
                guard value < 256 else { return false }
            } else {
                guard digits > 0, index == bytes.count || bytes[index] == UInt8(ascii: ".") else { return false }
                (octets, digits, value) = (octets + 1, 0, 0)
            }
        }
        return octets == 4
    }

    /// Whether `bytes` are an `IPv6address` (RFC 3986 section 3.2.2): eight groups of one to four hex digits, of which
    /// one run may be written `::`, and the last two may be a dotted quad.
    static func isIPv6(_ bytes: Span<UInt8>) -> Bool {
        var (groups, index, hasGap) = (0, 0, false)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ":") {
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":"), !hasGap else { return false }
                hasGap = true
                index += 2
                continue
            }
            var end = index
            while end < bytes.count, bytes[end].hexValue != nil { end += 1 }
            if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
                return isDottedQuad(bytes.extracting(droppingFirst: index)) && isComplete(groups + 2, hasGap)
            }
            guard 1...4 ~= end - index else { return false }
            groups += 1
            guard end < bytes.count else { break }
            guard bytes[end] == UInt8(ascii: ":"), end + 1 < bytes.count else { return false }
            // A second colon stays for the gap; a single one is stepped over.
            index = bytes[end + 1] == UInt8(ascii: ":") ? end : end + 1
        }
        return isComplete(groups, hasGap)
    }

    /// Whether this many written groups make an address: eight, or fewer around a gap, which stands for one at least.
    private static func isComplete(_ groups: Int, _ hasGap: Bool) -> Bool {
        hasGap ? groups < 8 : groups == 8
    }
}
