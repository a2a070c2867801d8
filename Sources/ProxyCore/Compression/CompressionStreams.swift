/// The zlib streams of all connections of one loop that compress.
///
/// A connection holds a stream while a message is under way. Between two messages it holds none: what a compressor remembers is
/// kept here for it, and given up when it was not used for a while or too many are kept. The connection then goes on with a
/// compressor that remembers nothing, which a client cannot tell. So memory does not grow with the number of connections.
///
/// Lives on the loop's thread. Pure: no clock.
package final class CompressionStreams {
    /// A claim to a compressor that is kept. Of two the lower one was given out first.
    struct Lease: Hashable {
        fileprivate let number: UInt64
    }

    /// How many compressors are kept: 7 MiB.
    static let mostKept = 128
    /// How many streams without a memory wait for the next message.
    private static let mostIdle = 4

    private var kept: [Lease: Deflater] = [:]
    private var next: UInt64 = 0
    /// From which lease on a compressor was used since the last ``sweep()``.
    private var swept: UInt64 = 0
    private var idleDeflaters: [Deflater] = []
    private var idleInflaters: [Inflater] = []

    /// Where streams write to, before it is known how much that is.
    var room = [UInt8](repeating: 0, count: 16 << 10)
    /// A client's bytes, unmasked.
    var unmasked: [UInt8] = []

    /// No stream yet; nil where zlib is not installed.
    package init?() { guard Zlib.isLoaded else { return nil } }

    /// How many compressors are kept.
    var count: Int { kept.count }

    /// The compressor of a lease, or one that remembers nothing. Nil when there is no memory.
    func deflater(windowBits: Int, _ lease: Lease?) -> Deflater? {
        if let lease, let mine = kept.removeValue(forKey: lease) { return mine }
        if let index = idleDeflaters.firstIndex(where: { $0.windowBits == windowBits }) {
            return idleDeflaters.remove(at: index)
        }
        return Deflater(windowBits: windowBits)
    }

    /// Keeps a compressor with what it remembers.
    func keep(_ deflater: Deflater) -> Lease {
        let lease = Lease(number: next)
        next += 1
        kept[lease] = deflater
        if kept.count > Self.mostKept, let oldest = kept.keys.min(by: { $0.number < $1.number }) { giveUp(oldest) }
        return lease
    }

    /// Gives up the compressor of a lease.
    func giveUp(_ lease: Lease) {
        if let deflater = kept.removeValue(forKey: lease) { takeBack(deflater) }
    }

    /// Takes back a compressor whose memory nobody needs.
    func takeBack(_ deflater: Deflater) {
        guard idleDeflaters.count < Self.mostIdle else { return }
        deflater.reset()
        idleDeflaters.append(deflater)
    }

    /// A stream for the next compressed message of a client; nil when there is no memory.
    func inflater() -> Inflater? { idleInflaters.popLast() ?? Inflater() }

    /// Takes back a stream.
    func takeBack(_ inflater: Inflater) {
        guard idleInflaters.count < Self.mostIdle else { return }
        inflater.reset()
        idleInflaters.append(inflater)
    }

    /// Frees the compressors that were not used since the last call, and the streams that wait; whether any are left.
    func sweep() -> Bool {
        let before = kept.count
        kept = kept.filter { $0.key.number >= swept }
        swept = next
        (idleDeflaters, idleInflaters) = ([], [])
        if kept.count < before { Zlib.giveBack() }
        return !kept.isEmpty
    }
}
