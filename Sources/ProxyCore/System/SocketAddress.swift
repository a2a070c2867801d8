import Glibc

/// Where a socket listens or connects: an IP address with a port, or a path in the file system.
public struct SocketAddress: Sendable {
    /// The address as the kernel reads it.
    fileprivate var storage = sockaddr_storage()
    fileprivate(set) var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// An address to be filled in by the kernel.
    init() {}

    /// A numeric IPv4 or IPv6 address (without brackets) and a port; nil when the text is neither.
    public init?(host: String, port: UInt16) {
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            set(four)
        } else if unsafe inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            set(six)
        } else {
            return nil
        }
    }

    /// A Unix domain socket; nil when the path is empty or does not fit (107 bytes).
    public init?(unixPath path: String) {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < room else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        set(address)
    }

    /// A Unix domain socket; with `isAbstract` one outside of the file system, whose name stands behind an `@` (unix(7)).
    init?(unixPath path: String, isAbstract: Bool) {
        self.init(unixPath: path)
        guard isAbstract else { return }
        var address = read(sockaddr_un.self)
        address.sun_path.0 = 0
        set(address)
        // A name outside of the file system ends with the address, and no NUL ends it.
        length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    }

    private mutating func set<Address>(_ address: Address) {
        // Every kind of address fits in a sockaddr_storage; that is what it is for.
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe withUnsafeBytes(of: address) { unsafe target.copyMemory(from: $0) }
        }
        length = socklen_t(MemoryLayout<Address>.size)
    }

    /// Calls `body` with the address as the kernel takes it.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Calls `body` with room for the kernel to write an address in.
    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe withUnsafeMutablePointer(to: &length) { unsafe body(address, $0) }
            }
        }
    }

    /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
    public var family: Int32 { Int32(storage.ss_family) }

    /// The port, 0 for a Unix socket.
    public var port: UInt16 {
        switch family {
        case AF_INET: read(sockaddr_in.self).sin_port.bigEndian
        case AF_INET6: read(sockaddr_in6.self).sin6_port.bigEndian
        default: 0
        }
    }

    /// The IP address as text, without brackets or zone; empty for a Unix socket.
    public var host: String {
        switch family {
        case AF_INET:
            var address = read(sockaddr_in.self).sin_addr
            return unsafe Self.text(AF_INET, &address)
        case AF_INET6:
            var address = read(sockaddr_in6.self).sin6_addr
            return unsafe Self.text(AF_INET6, &address)
        default: return ""
        }
    }

    /// The IP address; nil for a Unix socket.
    public var ipAddress: IPAddress? {
        switch family {
        case AF_INET: IPAddress(ipv4: UInt32(bigEndian: read(sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6:
            unsafe IPAddress(
                bits: UInt128(bigEndian: unsafeBitCast(read(sockaddr_in6.self).sin6_addr, to: UInt128.self))
            )
        default: nil
        }
    }

    /// The path of a Unix socket; `@` and the name for one outside of the file system, empty for one without a name. Nil for an
    /// IP address.
    public var unixPath: String? {
        guard family == AF_UNIX else { return nil }
        let name = unsafe withUnsafeBytes(of: read(sockaddr_un.self).sun_path) { bytes in
            unsafe Array(bytes.prefix(max(Int(length) - MemoryLayout<sa_family_t>.size, 0)))
        }
        guard let first = name.first else { return "" }
        if first == 0 { return "@" + String(decoding: name.dropFirst(), as: UTF8.self) }
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The address of a Unix socket that has none.
    public static var unnamed: SocketAddress {
        var address = SocketAddress()
        address.storage.ss_family = sa_family_t(AF_UNIX)
        address.length = socklen_t(MemoryLayout<sa_family_t>.size)
        return address
    }

    private func read<Address>(_ type: Address.Type) -> Address {
        unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: type) }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        var room: [CChar] = Array(repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let written = unsafe inet_ntop(family, address, &room, socklen_t(room.count))
        guard unsafe written != nil, let end = room.firstIndex(of: 0) else { return "" }
        return String(decoding: room[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `HOST:PORT`, an IPv6 host in brackets; `unix` for a Unix socket.
    public var description: String {
        switch family {
        case AF_INET: "\(host):\(port)"
        case AF_INET6: "[\(host)]:\(port)"
        default: "unix"
        }
    }
}
