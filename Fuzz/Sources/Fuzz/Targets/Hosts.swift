@testable import ProxyCore

extension FuzzTarget {
    /// What `Host` and `X-Forwarded-…` say: authorities, addresses and blocks of them.
    static let hosts = FuzzTarget(name: "hosts", longest: 300) { bytes throws(Violation) in
        try checkAuthority(bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        try checkAddress(text)
        try checkBlock(text)
    }

    private static func checkAuthority(_ bytes: [UInt8]) throws(Violation) {
        guard let authority = Authority(bytes[...]) else { return }
        try expect(Array(authority.description.utf8), equals: bytes, "an authority is written as it was read")
        try expect(1...255 ~= authority.host.utf8.count, "a host is not empty, and at most 255 bytes")
        try expect(authority.port != 0, "no port is zero")
        let address = IPAddress(authority.bareHost)
        if authority.host.hasPrefix("[") {
            try expect(address != nil, "what stands in brackets is an address for the system too")
        } else if authority.host.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }) {
            try expect(address?.isIPv4, equals: true, "a host of digits and dots is an address for the system too")
        } else {
            try expect(address == nil, "a name is no address for the system")
        }
    }

    private static func checkAddress(_ text: String) throws(Violation) {
        let address = IPAddress(text)
        let bytes = Array(text.utf8)
        try expect(
            Authority.isDottedQuad(bytes.span),
            equals: address != nil && !text.contains(":"),
            "we and the system agree on IPv4"
        )
        try expect(
            Authority.isIPv6(bytes.span),
            equals: address != nil && text.contains(":"),
            "we and the system agree on IPv6"
        )
        guard let address else { return }
        try expect(IPAddress(address.description), equals: address, "an address written back is the same")
        try expect(IPAddress(bits: address.bits), equals: address, "an address is its bits")
        let written = address.isIPv4 ? address.description : "[\(address)]"
        try expect(Authority(written)?.bareHost, equals: address.description, "an address is a host")
    }

    private static func checkBlock(_ text: String) throws(Violation) {
        guard let block = CIDR(text) else { return }
        let written = text.prefix { $0 != "/" }
        guard let address = IPAddress(written) else { throw Violation(property: "a block begins with an address") }
        try expect(block.contains(address), "a block holds its own address")
        guard !text.contains("/") else { return }
        try expect(!block.contains(IPAddress(bits: address.bits ^ 1)), "a block of one address holds no other")
    }
}
