import Glibc

/// An IPv4 or IPv6 address, without port or zone.
///
/// IPv4 is held as its IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2), which is what a dual-stack socket reports for
/// it, so that one peer has one address whichever socket it came through.
public struct IPAddress: Sendable, Hashable {
    /// The 128 bits, the first of the text highest.
    public let bits: UInt128

    /// The IPv6 address of these bits; one that is IPv4-mapped is that IPv4 address.
    public init(bits: UInt128) { self.bits = bits }

    /// The IPv4 address whose first octet is the highest of `bits`.
    public init(ipv4 bits: UInt32) { self.bits = Self.mappedPrefix | UInt128(bits) }

    /// The address written as `text`: four decimal octets without leading zeros, or RFC 4291 section 2.2's forms without
    /// brackets or zone. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        // The C function would stop at a NUL and take what stands before it.
        guard !text.utf8.contains(0) else { return nil }
        if let bits = Self.parse(String(text), family: AF_INET, as: UInt32.self) {
            self.init(ipv4: bits)
        } else if let bits = Self.parse(String(text), family: AF_INET6, as: UInt128.self) {
            self.init(bits: bits)
        } else {
            return nil
        }
    }

    /// Whether this is an IPv4 address.
    public var isIPv4: Bool { bits >> 32 == Self.mappedPrefix >> 32 }

    /// 127.0.0.1.
    public static let loopback = IPAddress(ipv4: 0x7F00_0001)

    /// Whether packets to it stay on this machine: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool { isIPv4 ? bits >> 24 & 0xFF == 127 : bits == 1 }

    /// Whether it has a meaning within one machine or one network only: loopback, link-local, the private blocks (RFC 1918, RFC
    /// 4193) and those of a provider's own (RFC 6598).
    public var isPrivate: Bool { isLoopback || Self.privateBlocks.contains { $0.contains(self) } }

    private static let privateBlocks = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
    ].compactMap { CIDR($0) }

    /// The block whose limits the address counts for: itself, or the /64 of an IPv6 address, since a client has 2⁶⁴ of them.
    public var block: IPAddress { isIPv4 ? self : IPAddress(bits: (bits >> 64) << 64) }

    /// ::ffff:0:0/96.
    private static var mappedPrefix: UInt128 { 0xFFFF << 32 }

    private static func parse<Bits: FixedWidthInteger>(_ text: String, family: Int32, as: Bits.Type) -> Bits? {
        var bits = Bits.zero
        // inet_pton writes exactly 4 bytes for AF_INET and 16 for AF_INET6, the size of `Bits`, and keeps no pointer.
        let result = unsafe withUnsafeMutableBytes(of: &bits) { buffer in
            unsafe inet_pton(family, text, buffer.baseAddress)
        }
        return result == 1 ? Bits(bigEndian: bits) : nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// The address as text: `192.0.2.1`, or RFC 5952's form, without brackets.
    public var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the address as ``description`` says it.
    public func write(to bytes: inout [UInt8]) {
        guard isIPv4 else { return bytes.append(ipv6Text) }
        let octets = UInt32(truncatingIfNeeded: bits)
        for shift: UInt32 in [24, 16, 8, 0] {
            bytes.append(decimal: octets >> shift & 0xFF)
            if shift > 0 { bytes.append(UInt8(ascii: ".")) }
        }
    }

    private var ipv6Text: String {
        // INET6_ADDRSTRLEN bytes hold any address with its NUL; inet_ntop reads 16 bytes, the size of `bits`.
        var characters = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        unsafe withUnsafeBytes(of: bits.bigEndian) { buffer in
            _ = unsafe inet_ntop(AF_INET6, buffer.baseAddress, &characters, socklen_t(INET6_ADDRSTRLEN))
        }
        return String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
