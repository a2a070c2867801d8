/// Messages of the proxy's own that wait for a place between two messages of a direction, in the order they came.
struct AnswerQueue {
    /// From how many waiting bytes on the queue takes no more answers.
    static let fullAt = 64 << 10

    private var frames = FIFOQueue<[UInt8]>()
    private var bytes = 0

    /// Whether no answer waits.
    var isEmpty: Bool { frames.isEmpty }

    /// Whether more answers may be added.
    var hasRoom: Bool { bytes < Self.fullAt }

    /// Adds the frame of a whole message.
    mutating func add(_ frame: [UInt8]) {
        bytes += frame.count
        frames.append(frame)
    }

    /// Takes every waiting frame, as the bytes to write.
    mutating func takeAll() -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(bytes)
        while let frame = frames.takeFirst() { all.append(contentsOf: frame) }
        bytes = 0
        return all
    }
}
