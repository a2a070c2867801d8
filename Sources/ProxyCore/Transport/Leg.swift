/// One side of a connection: an open socket, its place in a loop, and how bytes pass through it.
///
/// A stream and a relay speak to their peers through legs only, so neither knows whether bytes pass as they are or through a
/// ``LegCodec``. A leg whose bytes pass as they are is called plain.
///
/// Every call but ``leave(_:)`` is at most one system call on a plain leg. Used on the thread of the loop it is registered
/// with. The socket closes with the leg.
public struct Leg: ~Copyable, Sendable {
    /// What a read came to.
    struct Received {
        /// How many bytes were read; 0 is the end of the stream, nil that there are none yet.
        let count: Int?
        /// Whether the next bytes are announced by a new edge, so that reading on before it would find none.
        let isDrained: Bool
    }

    /// The leg's place in its loop.
    public let registration: Registration
    /// Whether bytes may be there to read: the loop announced them to the previous owner, and will not do so again.
    let mayBeRead: Bool
    /// Whether the loop announced to the previous owner that the peer sends no more; it will not do so again.
    let peerHasFinished: Bool

    private let descriptor: Descriptor
    /// Nil on a plain leg.
    private let codec: LegCodec?

    /// A leg over a socket that is registered with a loop.
    init(
        _ descriptor: consuming Descriptor,
        _ registration: Registration,
        codec: LegCodec? = nil,
        mayBeRead: Bool = false,
        peerHasFinished: Bool = false
    ) {
        self.descriptor = descriptor
        self.registration = registration
        self.codec = codec
        self.mayBeRead = mayBeRead
        self.peerHasFinished = peerHasFinished
    }

    // MARK: Bytes

    /// Reads up to the buffer's size. `expectsEnd` says that the peer has finished: the end of the stream is then still to be
    /// read, though no edge announces it any more.
    @inline(__always)
    func receive(
        into buffer: UnsafeMutableBufferPointer<UInt8>,
        expectsEnd: Bool
    ) throws(Errno) -> Received {
        if codec != nil { return unsafe try receiveDecoded(into: buffer, expectsEnd) }
        guard let count = unsafe try descriptor.receive(into: UnsafeMutableRawBufferPointer(buffer)) else {
            return Received(count: nil, isDrained: true)
        }
        // A short read emptied the socket.
        return Received(count: count, isDrained: count < buffer.count && !expectsEnd)
    }

    /// Writes what the kernel takes of the bytes; nil when it takes none now. After nil the same bytes must be sent again
    /// first. `more` says that more follows at once, so that the kernel may wait for it with a segment that is not full.
    @inline(__always)
    func send(_ bytes: Span<UInt8>, more: Bool) throws(Errno) -> Int? {
        if codec != nil { return try sendEncoded(bytes, more: more) }
        return try descriptor.send(bytes, more: more)
    }

    /// How many bytes are to be sent in one turn of the loop at most.
    var mostInTurn: Int { codec?.mostInTurn ?? .max }

    @inline(never)
    private func receiveDecoded(
        into buffer: UnsafeMutableBufferPointer<UInt8>,
        _ expectsEnd: Bool
    ) throws(Errno) -> Received {
        let count = unsafe try codec?.receive(into: UnsafeMutableRawBufferPointer(buffer), from: descriptor)
        return Received(count: count, isDrained: count == nil || !expectsEnd && codec?.isDrained == true)
    }

    @inline(never)
    private func sendEncoded(_ bytes: Span<UInt8>, more: Bool) throws(Errno) -> Int? {
        try codec?.send(bytes, more: more, to: descriptor)
    }

    /// Ends the connection in both directions while the socket stays open.
    func shutdown() {
        descriptor.shutdown()
    }

    /// Tells the peer that the connection's bytes are over, where that is said before the socket's own end (RFC 8446,
    /// section 6.1).
    func finish() { codec?.finish(to: descriptor) }

    /// Says to the peer that nothing more will be sent. A peer that is gone already is no error.
    func shutdownSending() {
        finish()
        descriptor.shutdownSending()
    }

    /// What the client did that cannot be decoded: its bytes end there. Nil as long as they can.
    var frameFault: FrameFault? { (codec as? CompressionCodec)?.fault }

    /// What compression did to the messages so far; nil on a leg without.
    var compression: CompressionTotals? { (codec as? CompressionCodec)?.totals }

    /// Why the connection could not be made; nil when it was.
    func connectError() -> Errno? { descriptor.connectError() }

    /// The subject of the client's certificate over TLS, and why the connection broke.
    var subject: String? { (codec as? TLSCodec)?.subject }
    var fault: TLSFault? { (codec as? TLSCodec)?.fault }

    /// Goes on with a TLS handshake; whether it is over, as it is without one.
    func shakeHands() throws(Errno) -> Bool { try (codec as? TLSCodec)?.shakeHands(over: descriptor) ?? true }

    // MARK: Splicing

    /// Whether the kernel can move bytes of this leg by itself.
    @inline(__always)
    var canSplice: Bool { codec == nil }

    /// Moves up to `count` bytes from a leg that can splice into an empty pipe: 0 is the end of the stream, nil that there are
    /// none yet.
    @inline(__always)
    func splice(to pipe: borrowing Pipe, atMost count: Int) throws(Errno) -> Int? {
        try descriptor.splice(to: pipe.input, atMost: count, more: false)
    }

    /// Moves up to `count` bytes of a pipe to a leg that can splice: nil when the kernel takes none now.
    @inline(__always)
    func splice(from pipe: borrowing Pipe, atMost count: Int, more: Bool) throws(Errno) -> Int? {
        try pipe.output.splice(to: descriptor, atMost: count, more: more)
    }

    /// Sets how many bytes must have arrived before the loop announces them (`SO_RCVLOWAT`). On a leg that can splice; 1 is the
    /// standard.
    func announce(from count: Int32) {
        descriptor.set(.lowWater, to: count)
    }

    // MARK: Owners and loops

    /// The same leg for a new owner, with what the loop announced and the old one did not use up.
    consuming func handedOver(mayBeRead: Bool, peerHasFinished: Bool) -> Leg {
        Leg(descriptor, registration, codec: codec, mayBeRead: mayBeRead, peerHasFinished: peerHasFinished)
    }

    /// The same leg with its messages compressed from here on. `received` came from the client already.
    public consuming func compressed(
        as agreement: PermessageDeflate,
        with pool: CompressionPool,
        received: [UInt8]
    ) -> Leg {
        Leg(
            descriptor,
            registration,
            codec: CompressionCodec(agreement, over: codec, with: pool, received: received),
            mayBeRead: mayBeRead || !received.isEmpty,
            peerHasFinished: peerHasFinished
        )
    }

    /// Takes the leg off its loop, on that loop's thread, so that another loop can take it over.
    public consuming func leave(_ loop: EventLoop) -> TravellingLeg {
        loop.deregister(registration)
        return TravellingLeg(descriptor: descriptor, codec: codec, peerHasFinished: peerHasFinished)
    }
}

/// One side of a connection that no loop watches, on its way from one loop to another.
public struct TravellingLeg: ~Copyable, Sendable {
    fileprivate let descriptor: Descriptor
    fileprivate let codec: LegCodec?
    fileprivate let peerHasFinished: Bool

    /// Registers the leg with its new loop, on that loop's thread. The new owner must take the registration over at once
    /// (``EventLoop/handOver(_:to:tag:)``): the loop then announces whatever the socket is ready for by now.
    public consuming func arrive(on loop: EventLoop) throws(Errno) -> Leg {
        let registration = try loop.register(descriptor.number, handler: ReadinessHandler())
        return Leg(descriptor, registration, codec: codec, peerHasFinished: peerHasFinished)
    }

    /// The socket alone.
    package consuming func intoDescriptor() -> Descriptor { descriptor }
}

extension Descriptor {
    /// Sends bytes that fit into an empty socket, as the only answer to a connection that is not served, and closes it.
    /// `scratch` takes what the peer has sent: a socket that is closed with unread bytes in it resets the connection, and the
    /// answer may be lost with it.
    public consuming func turnAway(with answer: [UInt8], scratch: UnsafeMutableBufferPointer<UInt8>) {
        _ = try? send(answer.span)
        _ = unsafe try? receive(into: UnsafeMutableRawBufferPointer(scratch))
    }
}
