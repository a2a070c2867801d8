import ProxyCore

/// An address to listen at: `HOST:PORT` with a numeric host, or `unix:/path`.
enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A TCP port of one address; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    /// A Unix domain socket.
    case unix(path: String)

    /// Reads `text`. `localhost` stands for 127.0.0.1; other names are not looked up, since which addresses a name
    /// has is not ours to decide when we open a port.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), SocketAddress(unixPath: path) != nil else { return nil }
            self = .unix(path: path)
        } else {
            guard let parts = Authority(text), let port = parts.port else { return nil }
            let host = parts.host == "localhost" ? "127.0.0.1" : parts.host
            guard SocketAddress(host: host, port: port) != nil else { return nil }
            self = .tcp(host: host, port: port)
        }
    }

    /// The address as the kernel takes it; nil never happens for a value that was read from text.
    var socketAddress: SocketAddress? {
        switch self {
        case .tcp(let host, let port): SocketAddress(host: host, port: port)
        case .unix(let path): SocketAddress(unixPath: path)
        }
    }

    /// The text it was read from, in its plain spelling.
    var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
