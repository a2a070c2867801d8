import Glibc

@testable import ProxyCore

extension FuzzTarget {
    /// Where a page may be sent. An address that is open is read once more, by hand and by the C library, which knows the
    /// spellings of an IPv4 address that browsers know: it is none of this machine's closed ports, and no cloud's metadata.
    static let addresses = FuzzTarget(name: "addresses", longest: 200) { bytes throws(Violation) in
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        try checkHost(text)
        for port in ["", ":9222", ":8080"] { try checkHostIsClosed("http://\(text)\(port)/") }
        try checkHostIsClosed(text)
    }

    private static let open = PageAddress(closedPorts: [80, 443, 9222])

    /// What is a name to us is no address to the C library, and of an address both have the same bits.
    private static func checkHost(_ text: String) throws(Violation) {
        switch WebHost(Substring(text)) {
        case .name(let name):
            try expect(ipv4(name), equals: nil, "a name is no address for the system")
            try expect(!name.utf8.contains { $0 <= 0x20 || "@:/?#[]%\\".utf8.contains($0) }, "a name ends nothing")
        case .address(let address):
            guard let bits = ipv4(text) else { return }
            try expect(address, equals: IPAddress(ipv4: bits), "we and the system agree on an address")
        case nil: break
        }
    }

    private static func checkHostIsClosed(_ text: String) throws(Violation) {
        guard open.isOpen(text) else { return }
        let bytes = text.utf8.drop { $0 == 0x20 }
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        let name = Substring(scheme).lowercased()
        try expect(["http", "https", "about", "data", "blob"].contains(name), "a page stays on the web")
        guard name == "http" || name == "https" else { return }
        let (host, port) = authority(bytes.dropFirst(scheme.count + 1))
        let number = port.isEmpty ? (name == "http" ? 80 : 443) : Int(port) ?? -1
        try expect(1...65535 ~= number || number == 0, "a port is a number: \(port)")
        let isClosed = [80, 443, 9222].contains(number)
        if isThisMachine(host) { try expect(!isClosed, "no closed port of this machine is open: \(host)") }
        try expect(!isMetadata(host), "nobody hands out credentials there: \(host)")
    }

    /// The host, decoded and in lower case, and the digits of the port, of what stands behind the scheme.
    private static func authority(_ rest: Substring.UTF8View) -> (host: String, port: String) {
        let slashes = Array("/\\".utf8)
        let ends = Array("/\\?#".utf8)
        var bytes = Array(rest.drop { slashes.contains($0) }.prefix { !ends.contains($0) })
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) { bytes.removeFirst(at + 1) }
        var port: [UInt8] = []
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), !bytes[colon...].contains(UInt8(ascii: "]")) {
            port = Array(bytes[(colon + 1)...])
            bytes.removeLast(bytes.count - colon)
        }
        let host = String(decoding: unescaped(bytes), as: UTF8.self).lowercased()
        return (host.hasSuffix(".") ? String(host.dropLast()) : host, String(decoding: port, as: UTF8.self))
    }

    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let digits = bytes[place...].dropFirst().prefix(2)
            if bytes[place] == UInt8(ascii: "%"), let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
                result.append(byte)
                place += 3
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }

    private static func isThisMachine(_ host: String) -> Bool {
        if let bits = ipv4(host) ?? mapped(host) { return bits >> 24 == 127 || bits >> 24 == 0 }
        return host == "localhost" || host.hasSuffix(".localhost") || ipv6(host).map { $0 <= 1 } ?? false
    }

    private static func isMetadata(_ host: String) -> Bool {
        if let bits = ipv4(host) ?? mapped(host) {
            return bits >> 16 == 0xA9FE || bits == 0x6464_64C8 || bits == 0xA83F_8110
        }
        return host == "metadata.google.internal"
            || ipv6(host).map { $0 >> 96 == 0xFD00_0EC2 || $0 >> 118 == 0x3FA } ?? false
    }

    /// The bits of an IPv4 address in any spelling that the C library takes.
    private static func ipv4(_ host: String) -> UInt32? {
        var address = in_addr()
        guard !host.utf8.contains(0), unsafe inet_aton(host, &address) == 1 else { return nil }
        return UInt32(bigEndian: address.s_addr)
    }

    private static func mapped(_ host: String) -> UInt32? {
        ipv6(host).flatMap { $0 >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: $0) : nil }
    }

    /// The bits of an IPv6 address in brackets.
    private static func ipv6(_ host: String) -> UInt128? {
        var bits: UInt128 = 0
        guard host.hasPrefix("["), host.hasSuffix("]"), !host.utf8.contains(0) else { return nil }
        guard unsafe inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &bits) == 1 else { return nil }
        return UInt128(bigEndian: bits)
    }
}
