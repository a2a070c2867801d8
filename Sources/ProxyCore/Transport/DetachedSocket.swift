/// A connected socket without a stream around it, on its way to another owner on the same loop.
public struct DetachedSocket: ~Copyable, Sendable {
    /// The socket.
    public let descriptor: Descriptor
    /// Its place in the loop.
    public let registration: Registration
    /// Whether the loop told of something to read that may still be there; it will not tell again.
    public let mayBeRead: Bool
    /// Whether the loop told already that the peer sends no more; it will not tell again.
    public let peerHasFinished: Bool

    /// Takes the socket off its loop, for another one. On that loop's thread.
    public consuming func leave(_ loop: EventLoop) -> TravellingSocket {
        loop.deregister(registration)
        return TravellingSocket(descriptor: descriptor, peerHasFinished: peerHasFinished)
    }
}

/// A connected socket that no loop watches, on its way from one to another.
public struct TravellingSocket: ~Copyable, Sendable {
    let descriptor: Descriptor
    let peerHasFinished: Bool

    /// Puts the socket on its new loop, on that loop's thread: the new owner must take the registration over at once
    /// (``EventLoop/handOver(_:to:tag:)``), and is then told whatever the socket is ready for by now.
    public consuming func arrive(on loop: EventLoop) throws(Errno) -> DetachedSocket {
        let registration = try loop.register(descriptor.number, handler: ReadinessHandler())
        return DetachedSocket(
            descriptor: descriptor,
            registration: registration,
            mayBeRead: false,
            peerHasFinished: peerHasFinished
        )
    }
}
