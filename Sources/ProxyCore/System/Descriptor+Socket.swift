import CLinux
import Glibc

extension Descriptor {
    /// A non-blocking stream socket for addresses of a family, closed on exec.
    static func streamSocket(family: Int32) throws(Errno) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try checked { socket(family, type, 0) })
    }

    /// Sets an option to a number; one that does not exist for this kind of socket is no error.
    func set(_ option: SocketOption, to value: Int32) {
        var value = value
        _ = unsafe setsockopt(number, option.level, option.name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Makes a socket whose connections stay on this machine send at once all that there is room for.
    ///
    /// What the system has for networks may spread it over time, as BBR does, which on loopback costs up to a third of the
    /// CPU time of a large message, and latency. Reno does nothing before a packet is lost; every kernel has it and lets
    /// every user choose it (tcp(7), `TCP_CONGESTION`).
    func sendUnpaced(within address: SocketAddress) {
        guard address.ipAddress?.isLoopback == true else { return }
        let name = "reno"
        _ = unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_CONGESTION, name, socklen_t(name.utf8.count))
    }

    /// Takes a socket's address and lets connections queue up.
    func listen(at address: SocketAddress, backlog: Int32) throws(Errno) {
        _ = try checked { unsafe address.withPointer { unsafe bind(number, $0, $1) } }
        _ = try checked { Glibc.listen(number, backlog) }
    }

    /// The next connection in the queue and its peer; nil when there is none.
    func accept() throws(Errno) -> AcceptedSocket? {
        var peer = SocketAddress()
        let accepted = try retrying {
            unsafe peer.withMutablePointer { unsafe clinux_accept(number, $0, $1) }
        }
        guard let accepted else { return nil }
        return AcceptedSocket(descriptor: Descriptor(owning: accepted), peer: peer)
    }

    /// Starts to connect. It is done, or has failed, when the descriptor becomes writable: ``connectError()`` tells.
    func connect(to address: SocketAddress) throws(Errno) {
        let result = unsafe address.withPointer { unsafe Glibc.connect(number, $0, $1) }
        if result != 0 && errno != EINPROGRESS && errno != EINTR { throw Errno(code: errno) }
    }

    /// Why the connection could not be made, or nil when it was.
    func connectError() -> Errno? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 ? nil : Errno(code: code)
    }

    /// The address a socket is bound to: the port the kernel chose when it was asked for port 0.
    func boundAddress() -> SocketAddress {
        var address = SocketAddress()
        _ = unsafe address.withMutablePointer { unsafe getsockname(number, $0, $1) }
        return address
    }
}
