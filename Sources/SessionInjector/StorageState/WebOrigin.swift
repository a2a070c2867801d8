/// An http or https origin in the one form a browser gives it (`location.origin`).
struct WebOrigin: Sendable, Hashable {
    /// Scheme, `://`, host in lower case, and the port unless it is the scheme's own.
    var text: String { "\(scheme)://\(host)\(port)" }
    /// The host alone, an IPv6 address in its brackets.
    private(set) var host: String
    /// `http` or `https`.
    let scheme: String
    /// Empty for the scheme's own port.
    private let port: String

    /// Reads an origin. Case, a scheme's own port, and a path or query behind it are put right; nil for anything else that
    /// is not an origin: another scheme, `null`, a user, a host with characters that do not belong in it. A host with
    /// several spellings stands as written, but for its case.
    init?(_ written: String) {
        // What is behind a host of the greatest length is of no interest; and Swift compares texts of many combining marks
        // in time that grows with the square of their number.
        let text = String(decoding: written.utf8.prefix(Self.longest), as: UTF8.self).lowercased()
        guard let scheme = ["https", "http"].first(where: { text.hasPrefix("\($0)://") }) else { return nil }
        let authority = text.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        let (host, port) = Self.split(authority)
        guard Self.isHost(host), let port = Self.portSuffix(port, scheme: scheme) else { return nil }
        self.scheme = scheme
        self.host = String(host)
        self.port = port
    }

    /// The origin as Chrome writes it; nil when it says that the host is none.
    func spelled(by spelling: inout Spelling) -> WebOrigin? {
        guard let host = spelling.host(host) else { return nil }
        var spelled = self
        spelled.host = host
        return spelled
    }

    /// Whether the host is an address: in brackets, or ending in a number.
    var isAddress: Bool { host.hasPrefix("[") || Self.endsInNumber(host) }

    /// Whether the last label of a host begins with a digit, which makes the host an address, `0x7f` and the like included.
    static func endsInNumber(_ host: String) -> Bool {
        let label = host.split(separator: ".").last ?? ""
        return label.utf8.first.map { (0x30...0x39).contains($0) } == true
    }

    /// Origins with the same value are likely to share a renderer process: scheme and registrable domain.
    var site: String { "\(scheme)://\(registrableDomain)" }

    /// The domain its owner registered.
    ///
    /// An approximation, since no public-suffix list is at hand: the last two labels of the host, or three where the
    /// second one is a customary second level (`co.uk`, `com.au`). What rests on it, the order of visits and a
    /// warning, is right with a wrong guess too.
    var registrableDomain: String {
        let labels = host.split(separator: ".")
        guard labels.count > 2, !isAddress else { return host }
        let secondLevels: Set<Substring> = [
            "ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ne", "net", "or", "org",
        ]
        let isCountry = labels[labels.count - 1].utf8.count == 2
        let count = isCountry && secondLevels.contains(labels[labels.count - 2]) ? 3 : 2
        return labels.suffix(count).joined(separator: ".")
    }

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

    /// Empty for the scheme's own port, else `:` and the number; nil for what is no port.
    private static func portSuffix(_ port: Substring?, scheme: String) -> String? {
        guard let port else { return "" }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else { return nil }
        return number == (scheme == "https" ? 443 : 80) ? "" : ":\(number)"
    }
}
