import ProxyCore

extension WebOrigin {
    /// The origin as Chrome writes it; nil when Chrome says that the host is none.
    func spelled(by spelling: inout Spelling) -> WebOrigin? {
        spelling.host(host).map { with(host: $0) }
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
    /// second one is a customary second level (`co.uk`, `com.au`). The order of visits and a warning rest on it, and both
    /// are right with a wrong guess too.
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
}
