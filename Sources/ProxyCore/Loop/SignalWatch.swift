import CLinux
import Glibc

/// Signals as events of the loop: they are blocked for the process and read from a descriptor, so what answers them is
/// ordinary code.
///
/// Must be made before other threads are started, which inherit what is blocked. The loop retains it until ``close()``.
public final class SignalWatch: ReadinessHandler {
    private let loop: EventLoop
    private let descriptor: Descriptor
    private let arrived: (Int32) -> Void
    private var registration: Registration?
    private static let recordSize = 128

    /// Calls `arrived` on the loop's thread with each of these signals that comes.
    public init(_ signals: [Int32], on loop: EventLoop, arrived: @escaping (Int32) -> Void) throws(Errno) {
        let count = Int32(signals.count)
        descriptor = Descriptor(owning: try checked { unsafe clinux_signal_descriptor(signals, count) })
        self.loop = loop
        self.arrived = arrived
        super.init()
        registration = try loop.register(descriptor.number, handler: self, levelTriggered: .readable)
    }

    /// Reports no signal any more; they stay blocked. It may be called again.
    public func close() {
        if let registration { loop.deregister(registration) }
        registration = nil
    }

    /// Reads the signals that came; the kernel writes 128 bytes for each, the number first (signalfd(2)).
    public override func ready(_ readiness: Readiness, tag: UInt8) {
        var record: [UInt32] = Array(repeating: 0, count: Self.recordSize / 4)
        while true {
            let read = unsafe record.withUnsafeMutableBytes { unsafe try? descriptor.read(into: $0) }
            guard read == Self.recordSize else { return }
            arrived(Int32(record[0]))
        }
    }
}
