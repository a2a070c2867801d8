import ProxyCore

/// Where a request comes from.
struct RequestOrigin: Sendable {
    /// The client's address: the peer's own, or the one that a trusted proxy names.
    let address: IPAddress
    /// Whether the peer is a trusted proxy, so that its `X-Forwarded-…` is believed.
    let isBehindTrustedProxy: Bool
    /// Whether many clients have the address: it is a trusted proxy's that names no client, or stands for none at all.
    let isShared: Bool

    /// The block of addresses whose limits the request counts for; nil when many clients share the address.
    var limitedAddress: IPAddress? { isShared ? nil : address.block }
}

/// The load balancers and tunnels in front of this proxy whose `X-Forwarded-…` is believed.
struct TrustedProxies: Sendable {
    private let blocks: [CIDR]

    /// Trusts the addresses in these blocks.
    init(_ blocks: [CIDR]) {
        self.blocks = blocks
    }

    /// Where a request comes from. Each proxy appends its peer's address to `X-Forwarded-For`, so the list is read from its
    /// end, as long as the writer of an element is trusted; the first address that is not trusted is the client's. An
    /// element that is no address ends the reading, since nothing before it can be relied on.
    func origin(of head: RequestHead, peer: IPAddress) -> RequestOrigin {
        guard isTrusted(peer) else { return RequestOrigin(address: peer, isBehindTrustedProxy: false, isShared: false) }
        var address = peer
        for element in elements(of: head).reversed() {
            guard isTrusted(address), let next = Self.address(element) else { break }
            address = next
        }
        return RequestOrigin(address: address, isBehindTrustedProxy: true, isShared: isTrusted(address))
    }

    /// Whether an address is a trusted proxy's.
    func isTrusted(_ address: IPAddress) -> Bool {
        blocks.contains { $0.contains(address) }
    }

    /// The elements of all lists, empty ones left out (RFC 9110 section 5.6.1).
    private func elements(of head: RequestHead) -> [String] {
        head.fields.values(of: .xForwardedFor).flatMap { value in
            value.split(separator: UInt8(ascii: ",")).compactMap { element in
                let text = element.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }
                return text.isEmpty ? nil : String(decoding: text.reversed().prefix(Self.longestElement), as: UTF8.self)
            }
        }
    }

    /// The longest element that is read, in bytes: a longer one is no address and port.
    private static let longestElement = 64

    /// An address as it stands in the list: some proxies append a port, and then put brackets around IPv6.
    private static func address(_ element: String) -> IPAddress? {
        if let address = IPAddress(element) { return address }
        if element.hasPrefix("["), let end = element.firstIndex(of: "]") {
            return IPAddress(String(element[element.index(after: element.startIndex)..<end]))
        }
        let parts = element.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? IPAddress(String(parts[0])) : nil
    }
}
