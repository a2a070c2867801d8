/// Decides whether a caller with roles may send a page to an address: one of the web, and none of the ports that lead past
/// the policy.
///
/// Reads an address as browsers do (the WHATWG URL standard), as far as its host: what a browser would read otherwise than
/// it is written is refused. It cannot know what a name resolves to, nor where a site redirects to: for those there is the
/// managed policy that `deploy/` ships.
public struct PageAddress: Sendable {
    /// The ports of this machine that no page may go to: the proxy's, and Chrome's.
    public let closedPorts: [UInt16]

    /// No page goes to these ports of this machine.
    public init(closedPorts: [UInt16]) { self.closedPorts = closedPorts }

    /// Whether a page may go to `text`.
    public func isOpen(_ text: String) -> Bool {
        // Browsers drop these wherever they stand, and so read another address than the one that is written.
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return false }
        let trimmed = text.drop { $0 == " " }
        guard let colon = trimmed.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let rest = trimmed[trimmed.utf8.index(after: colon)...]
        switch trimmed[..<colon].lowercased() {
        case "http": return isOpen(authorityIn: rest, standardPort: 80)
        case "https": return isOpen(authorityIn: rest, standardPort: 443)
        case "about": return String(rest).hasSameBytes(as: "blank")
        // The page that made it has its origin already, and nothing else can.
        case "blob", "data": return true
        default: return false
        }
    }

    /// Browsers take any number of slashes of either kind here, none included.
    private func isOpen(authorityIn rest: Substring, standardPort: UInt16) -> Bool {
        let isSlash = { (character: UInt8) in character == UInt8(ascii: "/") || character == UInt8(ascii: "\\") }
        let address = rest.utf8.drop(while: isSlash)
        let authority = address.prefix { !isSlash($0) && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let host =
            authority.lastIndex(of: UInt8(ascii: "@")).map { authority[authority.index(after: $0)...] } ?? authority
        guard let (name, port) = Self.split(Substring(host), standardPort: standardPort) else { return false }
        return isOpen(name, port)
    }

    /// The host and the port of an authority without user.
    private static func split(_ host: Substring, standardPort: UInt16) -> (name: Substring, port: UInt16)? {
        let bracket = host.utf8.lastIndex(of: UInt8(ascii: "]"))
        let behind = bracket.map { host[host.utf8.index(after: $0)...] } ?? host
        guard let colon = behind.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (host, standardPort) }
        let digits = behind[behind.utf8.index(after: colon)...]
        if digits.isEmpty { return (host[..<colon], standardPort) }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { return nil }
        return (host[..<colon], port)
    }

    private func isOpen(_ name: Substring, _ port: UInt16) -> Bool {
        guard let host = WebHost(name) else { return false }
        switch host {
        case .address(let address):
            if Self.machineOnly.contains(where: { $0.contains(address) }) { return !closedPorts.contains(port) }
            return !Self.metadata.contains { $0.contains(address) }
        case .name(let name):
            if name == "localhost" || name.hasSuffix(".localhost") { return !closedPorts.contains(port) }
            return name != "metadata.google.internal"
        }
    }

    /// Loopback, and "this host" (RFC 1122 section 3.2.1.3), which connects to it.
    private static let machineOnly = ["127.0.0.0/8", "0.0.0.0/8", "::1", "::"].compactMap { CIDR($0) }

    /// Where clouds hand credentials to whatever runs on a machine of theirs.
    private static let metadata = ["169.254.0.0/16", "fd00:ec2::/32", "fe80::/10", "100.100.100.200", "168.63.129.16"]
        .compactMap { CIDR($0) }
}
