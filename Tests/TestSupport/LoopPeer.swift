import Glibc
public import ProxyCore

/// The other end of a connection, driven by the loop that the tested end lives on: it sends without waiting, keeps
/// what it receives, and a test waits for what it wants to see.
///
/// Lives on the loop's thread. Must be closed, since the loop retains it until then.
@safe public final class LoopPeer: ReadinessHandler {
    /// How the peer's reading came to its end.
    public enum Ending: Equatable, Sendable {
        /// The other side said that it sends no more.
        case finished
        /// The connection broke, such as by a reset.
        case broken(Errno)
    }

    // `@safe`: taken out of its list before it is resumed.
    @safe private struct Wait {
        let isOver: () -> Bool
        let continuation: UnsafeContinuation<Void, Never>
    }

    /// What came and was not taken yet.
    public private(set) var received: [UInt8] = []
    /// How many bytes came in all.
    public private(set) var receivedCount = 0
    /// How the reading ended, if it has.
    public private(set) var ending: Ending?
    /// Called with each piece that comes, in place of keeping it.
    public var onBytes: (([UInt8]) -> Void)?
    /// Called once, with how the reading ended.
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

    /// Sends bytes, after those that wait already.
    public func send(_ bytes: [UInt8]) {
        send([bytes[...]])
    }

    /// Sends each piece by a system call of its own, in a turn of its own.
    public func send(_ pieces: [ArraySlice<UInt8>]) {
        outgoing += pieces.filter { !$0.isEmpty }.map { flipsBits ? ArraySlice($0.map { ~$0 }) : $0 }
        watch()
    }

    /// How many bytes have not been taken by the kernel yet.
    public var unsentCount: Int {
        outgoing[nextOutgoing...].reduce(0) { $0 + $1.count } - position
    }

    /// Says that nothing more will be sent, once everything has been.
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

    /// Stops reading, as a client does whose program hangs.
    public func pause() {
        isReading = false
        watch()
    }

    /// Goes on reading.
    public func resume() {
        isReading = true
        watch()
    }

    /// Takes what has been received.
    public func take() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// Waits until so many bytes are there, or the end, and takes what is there of them.
    public func take(_ count: Int) async -> [UInt8] {
        await wait { self.received.count >= count }
        let taken = Array(received.prefix(count))
        received.removeFirst(taken.count)
        return taken
    }

    /// Waits until so many bytes have come in all, kept or not.
    public func hasReceived(_ count: Int) async {
        await wait { self.receivedCount >= count }
    }

    /// Waits for the end of what comes.
    public func end() async -> Ending? {
        await wait { false }
        return ending
    }

    /// Waits until the kernel has taken everything.
    public func hasSentAll() async {
        await wait { self.unsentCount == 0 }
    }

    /// Waits until something holds, which is looked at after each event of this peer, or for the end of what comes.
    public func wait(until isOver: @escaping () -> Bool) async {
        await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // Looked at in here: on the way others may have had their turn.
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
        // Both directions have ended, which would be told of for ever.
        if ending != nil, !readiness.isDisjoint(with: .broken) { leaveLoop() }
        watch()
        tellWaiting()
    }

    private func watch() {
        guard let registration else { return }
        var wanted: Readiness = []
        if isReading, ending == nil { wanted.insert(.readable) }
        if nextOutgoing < outgoing.count || finishesAfterwards { wanted.insert(.writable) }
        // A socket that is broken would be told of for ever, whatever it is watched for.
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
