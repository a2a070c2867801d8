import CLinux
import Glibc

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    /// The kernel's bits, as in `epoll_ctl(2)`.
    public let rawValue: UInt32

    /// The set of the kernel's bits.
    @inline(__always)
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, or the end of the stream.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more.
    public static let peerFinished = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// The connection is broken or gone: the next read or write says how.
    public static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// A descriptor's place in the loop: its number, and the number of this registration of it.
///
/// Descriptor numbers are used again as soon as they are closed; the second number tells an event of the present
/// owner from one that was already on its way to the one before.
public struct Registration: Hashable, Sendable {
    let descriptor: Int32
    let number: UInt32

    init(descriptor: Int32, number: UInt32) {
        self.descriptor = descriptor
        self.number = number
    }

    @inline(__always)
    init(eventData: UInt64) {
        descriptor = Int32(truncatingIfNeeded: eventData)
        number = UInt32(truncatingIfNeeded: eventData >> 32)
    }

    var eventData: UInt64 {
        UInt64(number) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }
}

/// One epoll instance and the buffer its events arrive in.
///
/// `@safe`: the buffer is its own from beginning to end, and the events hold numbers only, never an address.
@safe struct Selector: ~Copyable {
    /// The most events of one wait; what is ready beyond that comes with the next.
    private static let mostEvents = 512

    private let epoll: Descriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(Errno) {
        epoll = Descriptor(owning: try checked { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        unsafe events = .allocate(capacity: Self.mostEvents)
        unsafe events.initialize(repeating: epoll_event())
    }

    deinit {
        unsafe events.deallocate()
    }

    /// Starts reporting a descriptor, edge-triggered: each change of readiness is reported once, so the handler must read or
    /// write until the call would block.
    func add(_ registration: Registration, levelTriggered: Readiness? = nil) throws(Errno) {
        let edges = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        try control(EPOLL_CTL_ADD, registration, levelTriggered?.rawValue ?? edges)
    }

    /// Changes what a level-triggered descriptor is watched for.
    func change(_ registration: Registration, to readiness: Readiness) throws(Errno) {
        try control(EPOLL_CTL_MOD, registration, readiness.rawValue)
    }

    /// Stops reporting a descriptor that is still open.
    func remove(_ registration: Registration) {
        try? control(EPOLL_CTL_DEL, registration, 0)
    }

    private func control(_ operation: Int32, _ registration: Registration, _ bits: UInt32) throws(Errno) {
        var event = unsafe epoll_event(events: bits, data: epoll_data_t(u64: registration.eventData))
        _ = try checked { unsafe epoll_ctl(epoll.number, operation, registration.descriptor, &event) }
    }

    /// Waits for events (for ever, or not at all) and says how many came. The one function the loop sleeps in.
    @inline(never)
    func wait(forever: Bool) -> Int {
        let count = unsafe epoll_wait(epoll.number, events.baseAddress, Int32(events.count), forever ? -1 : 0)
        // Only EINTR is possible here: the descriptor and the buffer are ours.
        return Int(max(count, 0))
    }

    /// The event at an index below what ``wait(forever:)`` gave.
    @inline(__always)
    func event(at index: Int) -> (registration: Registration, readiness: Readiness) {
        let event = unsafe events[index]
        return unsafe (Registration(eventData: event.data.u64), Readiness(rawValue: event.events))
    }
}
