import Glibc

/// Two stream sockets that are connected with each other, non-blocking and closed on exec. Both close with it.
public struct SocketPair: ~Copyable, Sendable {
    /// The end that stays here.
    public let near: Descriptor
    /// The end for another process.
    public let far: Descriptor

    /// Makes both.
    public init() throws(Errno) {
        var ends: (Int32, Int32) = (-1, -1)
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let made = unsafe withUnsafeMutablePointer(to: &ends) { pair in
            unsafe pair.withMemoryRebound(to: Int32.self, capacity: 2) { first in
                unsafe socketpair(AF_UNIX, type, 0, first)
            }
        }
        if made != 0 { throw Errno(code: errno) }
        near = Descriptor(owning: ends.0)
        far = Descriptor(owning: ends.1)
    }

    /// The end that stays here; the other is closed.
    public consuming func intoNear() -> Descriptor { near }
}
