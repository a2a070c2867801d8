/// A web origin: a scheme, a host and a port, in the one form a browser gives it (RFC 6454 section 6.2, `location.origin`).
///
/// Each source has an initialiser of its own: a list of allowed origins is read strictly, a stored origin leniently.
public struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The scheme in lower case.
    public let scheme: String
    /// The host alone in lower case, an IPv6 address in its brackets.
    public let host: String
    /// The port; nil for the scheme's own.
    public let port: UInt16?

    /// `scheme://host[:port]`.
    public var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")" }

    private init(scheme: String, host: String, port: UInt16?) {
        self.scheme = scheme
        self.host = host
        self.port = port == Self.standardPorts[scheme] ? nil : port
    }

    /// Reads an origin as browsers write it in `Origin`, of any scheme (`chrome-extension://…`); nil for a path, user
    /// information, a wildcard or `null`.
    public init?(header text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let isScheme = scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard !scheme.isEmpty, isScheme, let authority = Authority(text[mark.upperBound...]) else { return nil }
        self.init(scheme: scheme, host: authority.host.lowercased(), port: authority.port)
    }

    /// Reads an http or https origin as a storage state has it. Case, a scheme's own port, and a path or query behind it
    /// are put right; nil for anything else that is not an origin: another scheme, `null`, a user, a host with characters
    /// that do not belong in it. A host with several spellings stands as written, but for its case.
    public init?(stored written: String) {
        // A host of the greatest length ends within this prefix; and Swift compares texts of many combining marks in time
        // that grows with the square of their number.
        let text = String(decoding: written.utf8.prefix(Self.longest), as: UTF8.self).lowercased()
        guard let scheme = ["https", "http"].first(where: { text.hasPrefix("\($0)://") }) else { return nil }
        let authority = text.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        let (host, digits) = Self.split(authority)
        guard Self.isHost(host) else { return nil }
        var port: UInt16?
        if let digits {
            guard digits.utf8.allSatisfy(\.isDigit), let number = UInt16(digits) else { return nil }
            port = number
        }
        self.init(scheme: scheme, host: String(host), port: port)
    }

    /// The same origin with its host in another spelling.
    public func with(host: String) -> WebOrigin { WebOrigin(scheme: scheme, host: host, port: port) }

    private static let standardPorts: [String: UInt16] = ["http": 80, "https": 443]

    /// More than scheme, host and port take, in bytes: of a longer host enough is seen to know that it is too long.
    private static let longest = 320

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let search = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority
        guard let colon = search.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return !host.isEmpty && !host.hasPrefix(".") && host.utf8.count <= 253
            && host.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-._".utf8.contains($0) || $0 >= 0x80
            }
    }
}
