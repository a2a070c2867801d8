public import ProxyCore

/// An address to listen at: `HOST:PORT` with a numeric host, or `unix:/path`.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A TCP port of one address; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    /// A Unix domain socket.
    case unix(path: String)

    /// Reads `text`. `localhost` stands for 127.0.0.1; other names are not looked up, since which addresses a name
    /// has is not ours to decide when we open a port.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), SocketAddress(unixPath: path) != nil else { return nil }
            self = .unix(path: path)
        } else {
            // `Authority` itself takes no port 0, which nobody can connect to.
            guard let colon = text.lastIndex(of: ":"), let authority = Authority(text[..<colon]), authority.port == nil,
                let port = Self.port(text[colon...].dropFirst())
            else { return nil }
            let host = authority.bareHost == "localhost" ? "127.0.0.1" : authority.bareHost
            guard SocketAddress(host: host, port: port) != nil else { return nil }
            self = .tcp(host: host, port: port)
        }
    }

    /// The port that `digits` spell.
    private static func port(_ digits: Substring) -> UInt16? {
        digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(digits) : nil
    }

    /// The address as the kernel takes it; nil never happens for a value that was read from text.
    public var socketAddress: SocketAddress? {
        switch self {
        case .tcp(let host, let port): SocketAddress(host: host, port: port)
        case .unix(let path): SocketAddress(unixPath: path)
        }
    }

    /// The text it was read from, in its plain spelling.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
