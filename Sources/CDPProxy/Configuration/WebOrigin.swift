import ProxyCore

/// An origin as browsers write it in `Origin` (RFC 6454 section 6.2): `scheme://host[:port]`.
struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The origin in lower case, without the port its scheme stands for.
    let description: String

    /// Reads `text`; nil for a path, user information, a wildcard or `null`.
    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let isScheme = scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard !scheme.isEmpty, isScheme, let authority = Authority(text[mark.upperBound...]) else { return nil }
        let standardPorts: [String: UInt16] = ["http": 80, "https": 443]
        let isStandard = authority.port != nil && authority.port == standardPorts[scheme]
        description = "\(scheme)://\(isStandard ? authority.host : authority.description)".lowercased()
    }
}
