/// An `http` or `https` address this program may be configured to ask, in the one plain spelling it takes.
///
/// Only letters, digits, dots and hyphens in a host name, or an address literal; an optional port; an optional path.
/// No user name, no backslash, no percent sign in the host: libcurl connects to the host that was checked here,
/// since no spelling is taken that two parsers could read differently.
public struct EndpointURL: Sendable, Equatable {
    /// Whether the connection is TLS.
    public let isSecure: Bool
    /// The host in lower case, an IPv6 address without its brackets.
    public let host: String
    /// The port, when one is given.
    public let port: UInt16?
    /// The path with its leading slash, and the query if there is one; `/` when nothing is given.
    public let path: String

    /// Reads `text`; nil when it is anything but the plain spelling.
    public init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else if text.hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard let (host, port) = Self.split(authority), path.utf8.allSatisfy(Self.isPathByte) else { return nil }
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : String(path)
    }

    private init(isSecure: Bool, host: String, port: UInt16?, path: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// The same address with another path, which begins with a slash and is written by this program.
    public func with(path: String) -> EndpointURL {
        EndpointURL(isSecure: isSecure, host: host, port: port, path: path)
    }

    /// The whole address.
    public var text: String {
        let authority = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(authority)\(port.map { ":\($0)" } ?? "")\(path)"
    }

    /// Whether the host is this machine: `localhost`, `127.…` as four plain numbers, or `::1`.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy(Self.isDecimalByte)
    }

    private static func isDecimalByte(_ text: Substring) -> Bool {
        UInt8(text).map { String($0) == text } ?? false
    }

    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        let name: Substring
        let tail: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<end]
            tail = authority[authority.index(after: end)...]
            guard name.utf8.count >= 2, name.utf8.allSatisfy(isIPv6Byte) else { return nil }
        } else {
            name = authority.prefix { $0 != ":" }
            tail = authority[name.endIndex...]
            guard !name.isEmpty, name.utf8.allSatisfy(isHostByte) else { return nil }
        }
        if tail.isEmpty { return (name.lowercased(), nil) }
        let digits = tail.dropFirst()
        guard tail.hasPrefix(":"), digits.utf8.allSatisfy(isDigit), let port = UInt16(digits), port > 0 else {
            return nil
        }
        return (name.lowercased(), port)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
    }
}
