import Glibc

/// The options that are set on a TCP socket.
enum SocketOption {
    case reuseAddress
    case noDelay
    case keepAlive
    case keepAliveIdle
    case keepAliveInterval
    case keepAliveCount
    case versionSixOnly
    /// How many bytes must have arrived before the socket counts as readable.
    case lowWater

    var level: Int32 {
        switch self {
        case .reuseAddress, .keepAlive, .lowWater: SOL_SOCKET
        case .noDelay, .keepAliveIdle, .keepAliveInterval, .keepAliveCount: Int32(IPPROTO_TCP)
        case .versionSixOnly: Int32(IPPROTO_IPV6)
        }
    }

    var name: Int32 {
        switch self {
        case .reuseAddress: SO_REUSEADDR
        case .keepAlive: SO_KEEPALIVE
        case .lowWater: SO_RCVLOWAT
        case .noDelay: TCP_NODELAY
        case .keepAliveIdle: TCP_KEEPIDLE
        case .keepAliveInterval: TCP_KEEPINTVL
        case .keepAliveCount: TCP_KEEPCNT
        case .versionSixOnly: IPV6_V6ONLY
        }
    }
}
