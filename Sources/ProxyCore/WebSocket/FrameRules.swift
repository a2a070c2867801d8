/// The side that sends the frames; each has rules of its own (RFC 6455, section 5.1).
public enum FrameSender: Sendable {
    /// Masks its frames; sends text only, and no message longer than Chrome takes.
    case client
    /// Does not mask its frames.
    case server
}

/// Which frame may come next: the rules of RFC 6455 that hold from one header to another.
public struct FrameRules: Sendable {
    /// The longest message Chrome takes: it drops the connection at one byte more.
    public static let longestClientMessage: UInt64 = 100 << 20

    private let sender: FrameSender
    /// Whether a message has begun and not ended.
    private(set) var messageIsOpen = false
    private var messageLength: UInt64 = 0

    /// The rules before the first frame.
    public init(sender: FrameSender) {
        self.sender = sender
    }

    /// Admits the next header, or says why it may not stand here.
    @inline(__always)
    public mutating func admit(_ frame: FrameHeader) throws(FrameFault) {
        switch sender {
        case .client: guard frame.maskingKey != nil else { throw .notMasked }
        case .server: guard frame.maskingKey == nil else { throw .masked }
        }
        if frame.opcode.isControl { try admitControl(frame) } else { try admitData(frame) }
    }

    private func admitControl(_ frame: FrameHeader) throws(FrameFault) {
        guard frame.isFinal else { throw .controlFragmented }
        guard frame.payloadLength <= 125 else { throw .controlTooLong }
        if frame.opcode == .close, frame.payloadLength == 1 { throw .closeCode }
    }

    private mutating func admitData(_ frame: FrameHeader) throws(FrameFault) {
        switch (frame.opcode, messageIsOpen) {
        case (.continuation, false): throw .continuationOfNothing
        case (.text, true), (.binary, true): throw .messageInsideMessage
        default: break
        }
        messageIsOpen = !frame.isFinal
        guard sender == .client else { return }
        if frame.opcode == .binary { throw .binary }
        messageLength = frame.opcode == .continuation ? messageLength &+ frame.payloadLength : frame.payloadLength
        guard messageLength <= Self.longestClientMessage else { throw .messageTooLong }
    }
}
