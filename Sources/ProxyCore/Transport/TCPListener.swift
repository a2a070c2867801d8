import Glibc

/// Accepts connections at one address until it is closed.
///
/// When the process has no descriptor left it gives up a spare one for a moment, so that a waiting connection is told
/// and closed rather than left in the queue, where it would wake the loop for ever.
///
/// Lives on the loop's thread.
public final class TCPListener: ReadinessHandler {
    /// Takes a new connection and its peer's address.
    public typealias Accept = (consuming Descriptor, SocketAddress) -> Void

    /// How long it leaves the queue alone when it has no descriptor to turn a client away with.
    private static let pause = Duration.milliseconds(100)

    private let loop: EventLoop
    private let accept: Accept
    private let overflow: () -> Void
    private let farewell: [UInt8]
    private var socket: Descriptor?
    private var spare: Descriptor?
    private var registration: Registration?
    private var timer: LoopTimer?
    private var isPaused = false

    /// The address it listens at, with the port the kernel chose when it was asked for port 0.
    public let address: SocketAddress

    /// Listens at an address. `accept` is called for each connection; `overflow` for each that was sent `farewell` and
    /// closed because the process had no descriptor left for it.
    public convenience init(
        at address: SocketAddress,
        on loop: EventLoop,
        farewell: [UInt8] = [],
        overflow: @escaping () -> Void = {},
        accept: @escaping Accept
    ) throws(Errno) {
        let socket = try Descriptor.streamSocket(family: address.family)
        socket.set(.reuseAddress, to: 1)
        if address.family == AF_INET6 { socket.set(.versionSixOnly, to: 0) }
        try socket.listen(at: address, backlog: 4096)
        try self.init(over: socket, on: loop, farewell: farewell, overflow: overflow, accept: accept)
    }

    /// Accepts at a socket that listens already, as with an address.
    public init(
        over socket: consuming Descriptor,
        on loop: EventLoop,
        farewell: [UInt8] = [],
        overflow: @escaping () -> Void = {},
        accept: @escaping Accept
    ) throws(Errno) {
        // Connections inherit these, so none of them costs a call of its own.
        for option in [SocketOption.noDelay, .keepAlive] { socket.set(option, to: 1) }
        socket.set(.keepAliveIdle, to: 60)
        socket.set(.keepAliveInterval, to: 20)
        socket.set(.keepAliveCount, to: 3)
        address = socket.boundAddress()
        socket.sendUnpaced(within: address)
        self.loop = loop
        self.accept = accept
        self.overflow = overflow
        self.farewell = farewell
        self.socket = consume socket
        super.init()
        spare = Self.openSpare()
        try start()
    }

    private func start() throws(Errno) {
        guard let number = socket?.number else { return }
        registration = try loop.register(number, handler: self, levelTriggered: .readable)
    }

    /// The kernel's number of the socket, to be passed to another process; nil when closed.
    public var number: Int32? { socket?.number }

    /// Leaves the connections that come in the queue, for ``resume()`` or for another process with the same socket.
    public func pause() {
        isPaused = true
        guard let registration else { return }
        try? loop.watch(registration, for: [])
    }

    /// Accepts again. It may be called when that never stopped.
    public func resume() {
        isPaused = false
        guard let registration, timer?.isScheduled != true else { return }
        try? loop.watch(registration, for: .readable)
    }

    /// Stops listening. Connections that wait in the queue are reset by the kernel, unless another process has the same
    /// socket. It may be called again.
    public func close() {
        if let registration { loop.deregister(registration) }
        registration = nil
        socket = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    /// Accepts one connection. While more wait the loop reports it again in its next turn, so a burst of new connections does not
    /// hold up live ones.
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        do throws(Errno) {
            if let connection = try socket?.accept() { give(connection) }
        } catch .tooManyOpenFiles {
            turnAway()
        } catch .tooManyOpenFilesInSystem {
            turnAway()
        } catch {
            // The connection ended while it was queued (such as by ECONNABORTED, accept(2)); the loop reports the next.
        }
    }

    private func give(_ connection: consuming AcceptedSocket) {
        let peer = connection.peer
        accept(connection.descriptor, peer)
    }

    /// Tells the next connection that there is no room.
    private func turnAway() {
        spare = nil
        if let connection = try? socket?.accept() {
            unsafe connection.descriptor.turnAway(with: farewell, scratch: loop.scratch)
            overflow()
        }
        spare = Self.openSpare()
        if spare == nil { rest() }
    }

    /// Leaves the queue alone for a moment: it would wake the loop for ever.
    private func rest() {
        guard let registration else { return }
        try? loop.watch(registration, for: [])
        let timer = timer ?? LoopTimer { [unowned self] in goOn() }
        self.timer = timer
        loop.schedule(timer, at: loop.now + Self.pause)
    }

    private func goOn() {
        guard let registration else { return }
        if spare == nil { spare = Self.openSpare() }
        if !isPaused { try? loop.watch(registration, for: .readable) }
    }

    private static func openSpare() -> Descriptor? {
        let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        return number < 0 ? nil : Descriptor(owning: number)
    }
}
