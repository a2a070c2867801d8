import Glibc

/// Why a descriptor that was passed to this process is no socket to accept connections from.
public enum PassedSocketFault: Error, Sendable, Equatable {
    /// Nothing is open at that number.
    case notOpen
    /// It is open, and no socket of streams that listens: a file, a datagram socket, a connection.
    case notListening
}

extension Descriptor {
    /// The address of a socket that listens already, opened by the process that started this one. The socket becomes
    /// non-blocking, and closed on exec; it still has no owner.
    public static func addressOfListener(at number: Int32) throws(PassedSocketFault) -> SocketAddress {
        guard fcntl(number, F_GETFD) >= 0 else { throw .notOpen }
        let isListener = option(SO_ACCEPTCONN, of: number) == 1 && option(SO_TYPE, of: number) == streamType
        guard isListener, families.contains(option(SO_DOMAIN, of: number) ?? -1) else { throw .notListening }
        becomeOurs(number)
        var address = SocketAddress()
        _ = unsafe address.withMutablePointer { unsafe getsockname(number, $0, $1) }
        return address
    }

    /// Takes over a connected socket to the process that started this one; nil when there is none at that number.
    public static func passed(at number: Int32) -> Descriptor? {
        guard number > 2, option(SO_TYPE, of: number) == streamType else { return nil }
        becomeOurs(number)
        return Descriptor(owning: number)
    }

    private static let streamType = Int32(SOCK_STREAM.rawValue)
    private static let families: Set<Int32> = [AF_INET, AF_INET6, AF_UNIX]

    private static func becomeOurs(_ number: Int32) {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }

    /// A number that the kernel keeps of a socket; nil for what is no socket.
    private static func option(_ name: Int32, of number: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
