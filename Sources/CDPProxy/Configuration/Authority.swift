/// `host[:port]` as URLs write it (RFC 3986 section 3.2), without user information: an IPv6 host in brackets.
struct Authority: Sendable, Equatable, CustomStringConvertible {
    /// The host in lower case, an IPv6 address without its brackets.
    let host: String
    /// The port, when one is given.
    let port: UInt16?

    /// Reads `text`; nil when it is no authority, or one with user information or escaped characters.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        let isBracketed = text.hasPrefix("[")
        let host: Substring
        let tail: Substring
        if isBracketed {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[..<end].dropFirst()
            tail = text[end...].dropFirst()
        } else {
            host = text.prefix { $0 != ":" }
            tail = text[host.endIndex...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ Self.isAllowed($0, inBrackets: isBracketed) }) else { return nil }
        self.host = host.lowercased()
        if tail.isEmpty {
            port = nil
            return
        }
        let digits = String(tail.dropFirst())
        guard tail.hasPrefix(":"), !digits.isEmpty, digits.utf8.allSatisfy(Self.isDigit), let number = UInt16(digits)
        else { return nil }
        port = number
    }

    /// The same host without a port.
    var withoutPort: Authority { Authority(host: host, port: nil) }

    private init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// The authority as it stands in a URL.
    var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8, inBrackets: Bool) -> Bool {
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        if isDigit(byte) || isLetter || byte == UInt8(ascii: ".") { return true }
        return inBrackets ? byte == UInt8(ascii: ":") : byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
