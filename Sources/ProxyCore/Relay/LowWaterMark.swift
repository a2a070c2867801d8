/// How many bytes of a large frame must have arrived before the kernel announces them (`SO_RCVLOWAT`).
///
/// A wakeup costs as much as moving some tens of KiB, and no receiver can use a part of a frame; so while much of a frame
/// is still to come, the source is announced only when a good piece has arrived, or the end of the frame. The relay's timer
/// looks after ``RelayTimeouts/lowWater`` all the same.
struct LowWaterMark {
    /// The most bytes that are awaited at once.
    private static let most: UInt64 = 256 << 10
    /// How much of a frame must be to come for the mark to be worth its system calls.
    private static let leastLeft: UInt64 = 128 << 10

    private var mark: UInt64 = 1
    /// How many bytes had come when the timer fired in vain; as long as it stays so, any byte is announced.
    private var bytesInVain: UInt64?

    /// Whether a single byte is not announced.
    var isRaised: Bool { mark > 1 }

    /// Sets the mark for the rest of a frame.
    @inline(__always)
    mutating func update(_ source: borrowing Leg, left: UInt64, isSplicing: Bool, bytesReceived: UInt64) {
        guard isRaised || isSplicing && left >= Self.leastLeft else { return }
        let wanted = bytesInVain == bytesReceived ? 1 : max(min(left, Self.most), 1)
        guard wanted != mark else { return }
        mark = wanted
        source.announce(from: Int32(wanted))
    }

    /// The awaited bytes did not come in time: the next pump takes what is there, and if that is nothing, any byte is
    /// announced again. So a frame that stops half-way costs as little as a quiet connection. False when nothing was
    /// awaited.
    mutating func timedOut(bytesReceived: UInt64) -> Bool {
        if isRaised { bytesInVain = bytesReceived }
        return isRaised
    }

    /// Has any byte announced, as at the end of a connection.
    mutating func lower(_ source: borrowing Leg) {
        guard isRaised else { return }
        mark = 1
        source.announce(from: 1)
    }
}
