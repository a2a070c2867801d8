/// A block of addresses: all that share the first bits of one (RFC 4632, RFC 4291 section 2.3).
///
/// IPv4 and IPv6 blocks are apart: `::/0` holds no IPv4 address.
public struct CIDR: Sendable, Hashable {
    private let base: IPAddress
    private let mask: UInt128

    /// The block written as `ADDRESS/LENGTH`, or one `ADDRESS`. Bits behind the length are ignored, so `10.1.2.3/8` is
    /// `10.0.0.0/8`. Nil for anything else, a length with a sign or a leading zero included.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(parts[0]) else { return nil }
        // A block written like IPv6 counts 128 bits, IPv4-mapped or not.
        let width = parts[0].contains(":") ? 128 : 32
        var length = width
        if parts.count == 2 {
            guard let number = Int(parts[1]), String(number) == parts[1], 0...width ~= number else { return nil }
            length = number
        }
        mask = UInt128.max << (width - length)
        base = IPAddress(bits: address.bits & mask)
        // A block of IPv4-mapped addresses that is shorter than their own prefix would hold no address at all.
        guard base.isIPv4 == address.isIPv4 else { return nil }
    }

    /// Whether `address` is in the block.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == base.isIPv4 && address.bits & mask == base.bits
    }
}
