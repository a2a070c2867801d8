public import ProxyCore

/// An address to listen at: `HOST:PORT` with a numeric host, or `unix:/path`.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A TCP port of one address; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    /// A Unix domain socket.
    case unix(path: String)

    /// Reads `text`. `localhost` means 127.0.0.1. Other names are refused, because a name can have several addresses
    /// and this would have to choose one.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), SocketAddress(unixPath: path) != nil else { return nil }
            self = .unix(path: path)
        } else {
            // `Authority` refuses port 0, since no client can connect to it.
            guard let colon = text.lastIndex(of: ":"), let authority = Authority(text[..<colon]), authority.port == nil,
                let port = Self.port(text[colon...].dropFirst())
            else { return nil }
            let host = authority.bareHost == "localhost" ? "127.0.0.1" : authority.bareHost
            guard SocketAddress(host: host, port: port) != nil else { return nil }
            self = .tcp(host: host, port: port)
        }
    }

    /// The address that a socket is bound to.
    public init(_ address: SocketAddress) {
        self =
            if let path = address.unixPath { .unix(path: path) } else { .tcp(host: address.host, port: address.port) }
    }

    /// The number of these digits, if it is a port.
    private static func port(_ digits: Substring) -> UInt16? {
        digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(digits) : nil
    }

    /// The address for the kernel. It is never nil for a value that was read from text.
    public var socketAddress: SocketAddress? {
        switch self {
        case .tcp(let host, let port): SocketAddress(host: host, port: port)
        case .unix(let path): SocketAddress(unixPath: path)
        }
    }

    /// The address in its plain form.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
