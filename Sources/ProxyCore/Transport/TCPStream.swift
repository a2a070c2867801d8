import Glibc

/// Why a stream can no longer be read or written.
public enum StreamError: Error, Hashable, Sendable {
    /// The phase's deadline passed first.
    case deadline
    /// The stream was closed on this side while a reader or a writer waited.
    case closed
    /// The peer ended the stream before everything that was asked for had come.
    case ended
    /// The kernel's error, such as a reset.
    case system(Errno)
}

/// A TCP connection as straight-line code reads and writes it: for handshakes, HTTP answers and our own CDP client.
///
/// At most one reader and one writer wait at a time. One deadline covers whatever is waited for; it stays until it is
/// set anew. Lives on the loop's thread; must be closed or detached, since the loop retains it until then.
///
/// `@safe`: each continuation is taken out of its place before it is resumed, so none is resumed twice, and ``close()``
/// resumes what is left, so none is forgotten.
@safe public final class TCPStream: ReadinessHandler {
    /// The loop it lives on.
    public let loop: EventLoop
    /// The other end.
    public let peer: SocketAddress
    /// Whether the peer said that it will send no more, or is gone. The loop reports it even while no reader waits.
    public private(set) var peerHasFinished = false

    /// Whether everything depends on the peer: the stream waits for its bytes, or will, and every byte that came was read.
    public var isAwaitingBytes: Bool {
        let hasReader = unsafe reader != nil
        return isOpen && (hasReader || !hasReceived && !untried.contains(.readable))
    }

    /// Whether it was neither closed nor detached on this side.
    public var isOpen: Bool { registration != nil }

    private var leg: Leg?
    /// The leg's, beside it: looked at more often than the leg is used.
    private var registration: Registration?
    private var reader: UnsafeContinuation<StreamError?, Never>?
    private var writer: UnsafeContinuation<StreamError?, Never>?
    /// The calls worth trying: an edge adds its own, and a call that would block removes it. An edge comes once, so it is kept
    /// here until a reader or a writer needs it.
    private var untried: Readiness = .writable
    private var hasReceived = false
    private var timer: LoopTimer?
    private var isPastDeadline = false

    /// Takes over a connected socket.
    public convenience init(
        owning descriptor: consuming Descriptor,
        peer: SocketAddress,
        on loop: EventLoop
    ) throws(Errno) {
        try self.init(owning: descriptor, peer: peer, on: loop, codec: nil)
    }

    /// Takes over a connected socket of a client who is to speak TLS.
    public convenience init(
        owning descriptor: consuming Descriptor,
        peer: SocketAddress,
        on loop: EventLoop,
        with server: TLSServer
    ) throws(Errno) {
        guard let codec = server.accept(descriptor) else { throw Errno(code: ENOMEM) }
        try self.init(owning: descriptor, peer: peer, on: loop, codec: codec)
    }

    /// The subject of the client's certificate (RFC 2253), which was checked; nil without one, and without TLS.
    public var subject: String? { leg?.subject }

    /// Why the TLS connection broke; nil while it did not.
    public var fault: TLSFault? { leg?.fault }

    /// Takes over a connected socket whose bytes pass through a codec; nil for a plain one.
    init(
        owning descriptor: consuming Descriptor,
        peer: SocketAddress,
        on loop: EventLoop,
        codec: LegCodec?
    ) throws(Errno) {
        self.loop = loop
        self.peer = peer
        super.init()
        let registration = try loop.register(descriptor.number, handler: self)
        self.registration = registration
        leg = Leg(descriptor, registration, codec: codec)
    }

    /// Connects to an address before a deadline.
    public static func connect(
        to address: SocketAddress,
        on loop: EventLoop,
        deadline: Instant
    ) async throws(StreamError) -> TCPStream {
        let stream = try begin(to: address, on: loop, deadline: deadline)
        stream.untried.remove(.writable)
        do throws(StreamError) {
            try await stream.wait(toWrite: true)
            if stream.peerHasFinished, let error = stream.leg?.connectError() { throw .system(error) }
            return stream
        } catch {
            stream.close()
            throw error
        }
    }

    /// Connects, and is to speak TLS: ``shakeHands()`` comes next. The deadline goes on.
    public static func connect(
        to address: SocketAddress,
        on loop: EventLoop,
        deadline: Instant,
        with client: TLSClient
    ) async throws(StreamError) -> TCPStream {
        let plain = try await connect(to: address, on: loop, deadline: deadline)
        guard let leg = plain.detach() else { throw .closed }
        let socket = leg.leave(loop).intoDescriptor()
        do throws(Errno) {
            guard let codec = client.connect(socket) else { throw Errno(code: ENOMEM) }
            let stream = try TCPStream(owning: socket, peer: address, on: loop, codec: codec)
            stream.setDeadline(deadline)
            return stream
        } catch {
            throw .system(error)
        }
    }

    /// Establishes TLS. A client writes first, and a write waits for room, not for the handshake's bytes. When it fails,
    /// ``fault`` says why.
    public func shakeHands() async throws(StreamError) {
        while true {
            do throws(Errno) {
                guard try leg?.shakeHands() == false else {
                    // What came with the last of the handshake may have been read with it, and no edge announces it.
                    return untried.formUnion(.readable)
                }
            } catch {
                throw .system(error)
            }
            untried.remove(.readable)
            try await wait(toWrite: false)
        }
    }

    /// Begins to connect to an address. The first write waits for the connection, or fails as it does; a server on this
    /// machine has mostly taken it by then, so that there is nothing to wait for.
    public static func begin(
        to address: SocketAddress,
        on loop: EventLoop,
        deadline: Instant
    ) throws(StreamError) -> TCPStream {
        do throws(Errno) {
            let socket = try Descriptor.streamSocket(family: address.family)
            socket.set(.noDelay, to: 1)
            socket.sendUnpaced(within: address)
            try socket.connect(to: address)
            let stream = try TCPStream(owning: socket, peer: address, on: loop)
            stream.setDeadline(deadline)
            return stream
        } catch {
            throw .system(error)
        }
    }

    // MARK: Reading and writing

    /// Reads what is there, waiting until something is, and appends it; 0 is the end of the stream.
    public func read(appendingTo buffer: inout [UInt8], atMost limit: Int = 65_536) async throws(StreamError) -> Int {
        while true {
            if let count = try readNow(appendingTo: &buffer, atMost: limit) { return count }
            try await wait(toWrite: false)
        }
    }

    /// Reads what is there, waiting until something is, and drops it; 0 is the end of the stream.
    func readAndDrop() async throws(StreamError) -> Int {
        while true {
            if let count = unsafe try receive(atMost: loop.scratch.count) { return count }
            try await wait(toWrite: false)
        }
    }

    /// Reads what is there without waiting; nil when nothing is.
    private func readNow(appendingTo buffer: inout [UInt8], atMost limit: Int) throws(StreamError) -> Int? {
        guard let count = unsafe try receive(atMost: min(limit, loop.scratch.count)) else { return nil }
        unsafe buffer.append(contentsOf: loop.scratch[..<count])
        return count
    }

    /// Reads what is there into the scratch buffer without waiting; nil when nothing is.
    private func receive(atMost limit: Int) throws(StreamError) -> Int? {
        guard leg != nil else { throw .closed }
        guard untried.contains(.readable) else { return nil }
        let room = unsafe UnsafeMutableBufferPointer(rebasing: loop.scratch[..<limit])
        do throws(Errno) {
            let received = unsafe try leg?.receive(into: room, expectsEnd: peerHasFinished)
            if received?.isDrained != false { untried.remove(.readable) }
            hasReceived = true
            return received?.count
        } catch {
            throw .system(error)
        }
    }

    /// Writes all of the bytes, waiting for room as often as it takes. When they are the `last`, the kernel may send the end
    /// along with them: to be followed by ``finishWriting()`` or ``close()`` at once.
    public func write(_ bytes: [UInt8], last: Bool = false) async throws(StreamError) {
        var position = 0
        while position < bytes.count {
            if let count = try writeNow(bytes[position...], last) {
                position += count
            } else {
                try await wait(toWrite: true)
            }
        }
    }

    /// Writes a few bytes if the kernel takes them at once, as it does on a connection that is made and still empty; false when it
    /// takes none.
    public func writeAtOnce(_ bytes: [UInt8]) throws(StreamError) -> Bool {
        guard let count = try writeNow(bytes[...], false) else { return false }
        guard count == bytes.count else { throw .closed }
        return true
    }

    private func writeNow(_ bytes: ArraySlice<UInt8>, _ last: Bool) throws(StreamError) -> Int? {
        guard leg != nil else { throw .closed }
        guard untried.contains(.writable) else { return nil }
        do throws(Errno) {
            let count = try leg?.send(bytes.span, more: last) ?? nil
            if count == nil { untried.remove(.writable) }
            return count
        } catch {
            throw .system(error)
        }
    }

    /// Says to the peer that nothing more will be sent.
    public func finishWriting() {
        leg?.shutdownSending()
    }

    // MARK: Waiting

    /// Sets the moment by which whatever is waited for must have come; nil for none.
    public func setDeadline(_ deadline: Instant?) {
        isPastDeadline = false
        guard let deadline else {
            if let timer { loop.cancel(timer) }
            return
        }
        let timer = timer ?? LoopTimer { [unowned self] in expire() }
        self.timer = timer
        loop.schedule(timer, at: deadline)
    }

    private func expire() {
        isPastDeadline = true
        wake(.deadline)
    }

    private func wait(toWrite: Bool) async throws(StreamError) {
        let failure = unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<StreamError?, Never>) in
            precondition(unsafe (toWrite ? writer : reader) == nil, "a reader or a writer waits already")
            // Checked here and not before: a task that does not prefer the loop is enqueued on the way into this
            // closure, and the state may change meanwhile.
            guard registration != nil else { return unsafe continuation.resume(returning: .closed) }
            guard !isPastDeadline else { return unsafe continuation.resume(returning: .deadline) }
            guard !untried.contains(toWrite ? .writable : .readable) else {
                return unsafe continuation.resume(returning: nil)
            }
            if toWrite { unsafe writer = continuation } else { unsafe reader = continuation }
        }
        if let failure { throw failure }
    }

    /// Wakes the reader or the writer. It tries again, and waits again if that was not enough.
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        if !readiness.isDisjoint(with: [.peerFinished, .broken]) { peerHasFinished = true }
        if !readiness.isDisjoint(with: [.readable, .peerFinished, .broken]) {
            untried.insert(.readable)
            wakeReader(nil)
        }
        if !readiness.isDisjoint(with: [.writable, .broken]) {
            untried.insert(.writable)
            wakeWriter(nil)
        }
    }

    private func wake(_ error: StreamError) {
        wakeReader(error)
        wakeWriter(error)
    }

    /// Resumes the reader, if it waits.
    private func wakeReader(_ error: StreamError?) {
        guard let waiting = unsafe reader else { return }
        unsafe reader = nil
        unsafe waiting.resume(returning: error)
    }

    /// Resumes the writer, if it waits.
    private func wakeWriter(_ error: StreamError?) {
        guard let waiting = unsafe writer else { return }
        unsafe writer = nil
        unsafe waiting.resume(returning: error)
    }

    // MARK: The end

    /// Closes the connection, which a waiting reader or writer is told by ``StreamError/closed``. It may be called again.
    public func close() {
        leaveLoop()
        leg?.finish()
        leg = nil
        wake(.closed)
    }

    /// Gives the leg away, still registered with the loop: the new owner must take the registration over at once
    /// (``EventLoop/handOver(_:to:tag:)``). Nil when the stream was closed.
    public func detach() -> Leg? {
        guard let leg = leg.take() else { return nil }
        if let timer { loop.cancel(timer) }
        registration = nil
        // A reader or a writer that still waits is told that the stream is closed.
        wake(.closed)
        return leg.handedOver(mayBeRead: untried.contains(.readable), peerHasFinished: peerHasFinished)
    }

    private func leaveLoop() {
        if let timer { loop.cancel(timer) }
        timer = nil
        if let registration { loop.deregister(registration, closing: true) }
        registration = nil
    }
}
