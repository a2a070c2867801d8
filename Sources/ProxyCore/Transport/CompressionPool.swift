/// What the compressed connections of one loop share: zlib's streams, and room for bytes that are not decoded yet.
///
/// Lives on the loop's thread; a connection that is compressed keeps it.
public final class CompressionPool {
    /// How long a compressor is kept at least that is not used; twice that at most.
    private static let idleness = Duration.seconds(5)

    let streams: CompressionStreams
    /// Where encoded bytes are read to.
    var scratch = [UInt8](repeating: 0, count: 64 << 10)
    private let loop: EventLoop
    private var timer: LoopTimer?

    /// A pool for connections of this loop; nil where zlib is missing.
    public init?(on loop: EventLoop) {
        guard let streams = CompressionStreams() else { return nil }
        self.streams = streams
        self.loop = loop
    }

    /// Whether zlib is installed.
    public static var isAvailable: Bool { Zlib.isLoaded }

    /// Streams were used: has those that stay unused given back.
    func used() {
        let timer = timer ?? LoopTimer { [weak self] in self?.sweep() }
        self.timer = timer
        if !timer.isScheduled { loop.schedule(timer, at: loop.now + Self.idleness) }
    }

    private func sweep() { if streams.sweep() { used() } }
}
