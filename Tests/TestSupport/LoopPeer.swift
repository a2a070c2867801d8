import Glibc
public import ProxyCore

/// The other end of a connection, on the same loop as the tested end. It sends without waiting and stores what it
/// receives. A test can wait for what it expects.
///
/// It lives on the loop's thread. It must be closed, since the loop retains it until then.
@safe public final class LoopPeer: ReadinessHandler {
    /// How reading ended.
    public enum Ending: Equatable, Sendable {
        /// The other end closed its write side.
        case finished
        /// The connection failed, for example by a reset.
        case broken(Errno)
    }

    // `@safe`: the continuation leaves its list before it is resumed.
    @safe private struct Wait {
        let isOver: () -> Bool
        let continuation: UnsafeContinuation<Void, Never>
    }

    /// The received bytes that the test has not taken.
    public private(set) var received: [UInt8] = []
    /// How many bytes it has received in all.
    public private(set) var receivedCount = 0
    /// How reading ended; nil while it goes on.
    public private(set) var ending: Ending?
    /// Called with each received piece, which is then not stored.
    public var onBytes: (([UInt8]) -> Void)?
    /// Called once when reading ends.
    public var onEnd: ((Ending) -> Void)?

    /// Whether its bytes have every bit flipped on the wire, as they pass through a codec on the other side.
    public var flipsBits = false

    private let loop: EventLoop
    private var descriptor: Descriptor?
    private var registration: Registration?
    private var outgoing: [ArraySlice<UInt8>] = []
    private var nextOutgoing = 0
    private var position = 0
    private var finishesAfterwards = false
    private var isReading = true
    private var waits: [Wait] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)

    /// Takes over the socket of a stream.
    public init(_ stream: TCPStream) throws(Errno) {
        loop = stream.loop
        super.init()
        guard let leg = stream.detach() else { throw .invalidArgument }
        let socket = leg.leave(loop).intoDescriptor()
        let number = socket.number
        descriptor = consume socket
        registration = try loop.register(number, handler: self, levelTriggered: .readable)
    }

    deinit {
        unsafe buffer.deallocate()
    }

    // MARK: Sending

    /// Sends bytes after those that are queued already.
    public func send(_ bytes: [UInt8]) {
        send([bytes[...]])
    }

    /// Sends each piece with a system call of its own, each in its own turn of the loop.
    public func send(_ pieces: [ArraySlice<UInt8>]) {
        outgoing += pieces.filter { !$0.isEmpty }.map { flipsBits ? ArraySlice($0.map { ~$0 }) : $0 }
        watch()
    }

    /// How many bytes the kernel has not accepted yet.
    public var unsentCount: Int {
        outgoing[nextOutgoing...].reduce(0) { $0 + $1.count } - position
    }

    /// Closes the write side once all queued bytes are sent.
    public func finishSending() {
        finishesAfterwards = true
        watch()
    }

    private func sendOne() {
        guard nextOutgoing < outgoing.count else {
            if finishesAfterwards { descriptor?.shutdownSending() }
            finishesAfterwards = false
            return
        }
        let piece = outgoing[nextOutgoing].dropFirst(position)
        do throws(Errno) {
            guard let count = try descriptor?.send(piece.span) ?? nil else { return }
            position += count
        } catch {
            outgoing = []
            nextOutgoing = 0
            position = 0
            return
        }
        guard position == outgoing[nextOutgoing].count else { return }
        outgoing[nextOutgoing] = []
        nextOutgoing += 1
        position = 0
    }

    // MARK: Receiving

    /// Stops reading, like a client whose program hangs.
    public func pause() {
        isReading = false
        watch()
    }

    /// Reads again.
    public func resume() {
        isReading = true
        watch()
    }

    /// Takes the received bytes.
    public func take() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// Waits for so many bytes or the end, and takes at most that many.
    public func take(_ count: Int) async -> [UInt8] {
        await wait { self.received.count >= count }
        let taken = Array(received.prefix(count))
        received.removeFirst(taken.count)
        return taken
    }

    /// Waits until it has received so many bytes in all, taken or not.
    public func hasReceived(_ count: Int) async {
        await wait { self.receivedCount >= count }
    }

    /// Waits for the end of reading.
    public func end() async -> Ending? {
        await wait { false }
        return ending
    }

    /// Waits until the kernel has accepted all bytes.
    public func hasSentAll() async {
        await wait { self.unsentCount == 0 }
    }

    /// Waits until a condition is true, or for the end of reading. Each event of this peer checks it.
    public func wait(until isOver: @escaping () -> Bool) async {
        await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // Check inside the closure: other code may have run before it.
            guard !isOver(), ending == nil else { return unsafe continuation.resume() }
            unsafe waits.append(Wait(isOver: isOver, continuation: continuation))
        }
    }

    private func receiveOnce() {
        do throws(Errno) {
            guard let count = unsafe try descriptor?.read(into: buffer) ?? nil else { return }
            guard count > 0 else { return end(.finished) }
            receivedCount += count
            let bytes = unsafe flipsBits ? buffer[..<count].map { ~$0 } : Array(buffer[..<count])
            if let onBytes { onBytes(bytes) } else { received += bytes }
        } catch {
            end(.broken(error))
        }
    }

    private func end(_ how: Ending) {
        guard ending == nil else { return }
        ending = how
        watch()
        onEnd?(how)
    }

    // MARK: Readiness

    /// Reads once and writes once.
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        if isReading, ending == nil, !readiness.isDisjoint(with: [.readable, .broken]) { receiveOnce() }
        if readiness.contains(.writable) { sendOne() }
        // Both directions have ended, and epoll would report that for ever.
        if ending != nil, !readiness.isDisjoint(with: .broken) { leaveLoop() }
        watch()
        tellWaiting()
    }

    private func watch() {
        guard let registration else { return }
        var wanted: Readiness = []
        if isReading, ending == nil { wanted.insert(.readable) }
        if nextOutgoing < outgoing.count || finishesAfterwards { wanted.insert(.writable) }
        // epoll would report a broken socket for ever, whatever it watches for.
        if case .broken = ending { return leaveLoop() }
        try? loop.watch(registration, for: wanted)
    }

    private func tellWaiting() {
        let over = waits.filter { ending != nil || $0.isOver() }
        waits.removeAll { ending != nil || $0.isOver() }
        for wait in over { unsafe wait.continuation.resume() }
    }

    // MARK: The end

    /// Sets an option of the socket, such as the size of its buffers.
    public func set(_ option: Int32, to value: Int32) {
        guard let number = descriptor?.number else { return }
        var value = value
        _ = unsafe setsockopt(number, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Closes the connection.
    public func close() {
        leaveLoop()
        descriptor = nil
        end(.broken(.invalidArgument))
        tellWaiting()
    }

    /// Closes the connection by a reset, as the kernel does for a process that was killed with unread bytes.
    public func reset() {
        if let number = descriptor?.number {
            var now = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    private func leaveLoop() {
        if let registration { loop.deregister(registration) }
        registration = nil
    }
}
