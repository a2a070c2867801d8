import ProxyCore

extension WebOrigin {
    /// The origin as Chrome writes it; nil when the host is not one to Chrome.
    func spelled(by spelling: inout ChromeSpelling) -> WebOrigin? {
        spelling.host(host).map { with(host: $0) }
    }

    /// Whether the host is an address: in brackets, or ending in a number.
    var isAddress: Bool { host.hasPrefix("[") || Self.endsInNumber(host) }

    /// Whether the last label of a host begins with a digit, as `0x7f` does: then the host is an address.
    static func endsInNumber(_ host: String) -> Bool {
        let label = host.split(separator: ".").last ?? ""
        return label.utf8.first.map { (0x30...0x39).contains($0) } == true
    }

    /// The scheme and the registrable domain. Origins with the same site are likely to share a renderer process.
    var site: String { "\(scheme)://\(registrableDomain)" }

    /// The domain that its owner registered, as a guess without the public-suffix list.
    ///
    /// It is the last two labels of the host, or three if the second-last one is a customary second level (`co.uk`,
    /// `com.au`). Only the order of visits and a warning use it, and both stay correct after a wrong guess.
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
