/// Who sends the frames that are walked; the rules differ (RFC 6455, section 5.1).
public enum FrameSender: Sendable {
    /// Masks its frames; sends text only, and no message longer than Chrome takes.
    case client
    /// Does not mask its frames.
    case server
}

/// Steps over the frames of one direction of a connection without looking at their payloads.
///
/// It is given every byte in order and keeps only what it must know: how much of the present frame is still to come,
/// the bytes of a header that has not come whole, and whether a message is open. So the relay always knows whether it
/// stands at a frame boundary, and how much it may pass on unseen.
///
/// Pure: no I/O, no clock; allocates only for the payload of a Close frame.
public struct FrameWalker: Sendable {
    /// What a stretch of bytes came to.
    public struct Step: Equatable, Sendable {
        /// How many of the bytes belong to good frames and may be passed on.
        public var good: Int
        /// What was wrong with the byte behind them.
        public var fault: FrameFault?

        /// A step that came to so many good bytes, and to a fault if there was one.
        public init(good: Int, fault: FrameFault? = nil) {
            self.good = good
            self.fault = fault
        }
    }

    /// The longest message Chrome takes: it drops the connection at one byte more.
    public static let longestClientMessage: UInt64 = 100 << 20

    /// How many frames have begun.
    public private(set) var frames: UInt64 = 0
    /// How many bytes of the present frame's payload are still to come.
    public private(set) var payloadLeft: UInt64 = 0
    /// The code of the Close frame that was walked over, once it was: nothing may follow it.
    public private(set) var closeCode: CloseCode?

    private let sender: FrameSender
    private var messageIsOpen = false
    private var headerLength = 0
    private var header = InlineArray<14, UInt8>(repeating: 0)
    private var messageLength: UInt64 = 0
    private var closing: ClosePayload?

    /// A walker that stands before the first frame.
    public init(sender: FrameSender) {
        self.sender = sender
    }

    /// Whether the next byte begins a frame: the only place where a frame of our own may be put in.
    public var isAtBoundary: Bool { payloadLeft == 0 && headerLength == 0 }

    /// Walks over the next bytes. After a fault, and after a Close frame, nothing more is good.
    @inline(__always)
    public mutating func walk(_ bytes: Span<UInt8>) -> Step {
        var position = 0
        var frame = 0
        do throws(FrameFault) {
            while position < bytes.count {
                if payloadLeft > 0 {
                    position += pass(bytes, from: position)
                } else if closeCode == nil {
                    frame = position
                    guard let length = try takeHeader(bytes, from: position) else { return Step(good: bytes.count) }
                    position += length
                } else {
                    break
                }
                if closing != nil, isAtBoundary { try endClose() }
            }
            return Step(good: position)
        } catch {
            return Step(good: frame, fault: error)
        }
    }

    /// Tells of payload bytes that were passed on unseen: at most ``payloadLeft``, and none of a Close frame.
    @inline(__always)
    public mutating func skip(_ count: Int) {
        payloadLeft -= UInt64(count)
    }

    /// Passes over what is there of the present payload and says how much that was.
    private mutating func pass(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let count = Int(min(payloadLeft, UInt64(bytes.count - start)))
        payloadLeft -= UInt64(count)
        guard closing != nil else { return count }
        for index in start..<start + count { closing?.append(bytes[index]) }
        return count
    }

    /// Takes the next header, whole from the bytes or pieced together; nil when it has not come whole.
    private mutating func takeHeader(_ bytes: Span<UInt8>, from start: Int) throws(FrameFault) -> Int? {
        let there = bytes.count - start
        if headerLength == 0, there >= 2 {
            let length = FrameHeader.length(first: bytes[start], second: bytes[start + 1])
            if there >= length {
                try begin(FrameHeader(bytes.extracting(start..<start + length)))
                return length
            }
        }
        return try pieceTogether(bytes, from: start)
    }

    /// Adds bytes to a header that came in pieces. The first two are checked as soon as they are there, so a forbidden
    /// frame is refused without waiting for the rest.
    private mutating func pieceTogether(_ bytes: Span<UInt8>, from start: Int) throws(FrameFault) -> Int? {
        var taken = 0
        while start + taken < bytes.count {
            header[headerLength] = bytes[start + taken]
            headerLength += 1
            taken += 1
            guard headerLength >= 2, headerLength == FrameHeader.length(first: header[0], second: header[1]) else {
                continue
            }
            let whole = try FrameHeader(header.span.extracting(0..<headerLength))
            headerLength = 0
            try begin(whole)
            return taken
        }
        return nil
    }

    /// Checks a header against the sender's rules and the state of the message, and enters its payload.
    @inline(__always)
    private mutating func begin(_ frame: FrameHeader) throws(FrameFault) {
        try checkMask(frame)
        if frame.opcode.isControl {
            try beginControl(frame)
        } else {
            try beginData(frame)
        }
        frames &+= 1
        payloadLeft = frame.payloadLength
    }

    private func checkMask(_ frame: FrameHeader) throws(FrameFault) {
        switch sender {
        case .client: guard frame.maskingKey != nil else { throw .notMasked }
        case .server: guard frame.maskingKey == nil else { throw .masked }
        }
    }

    private mutating func beginControl(_ frame: FrameHeader) throws(FrameFault) {
        guard frame.isFinal else { throw .controlFragmented }
        guard frame.payloadLength <= 125 else { throw .controlTooLong }
        guard frame.opcode == .close else { return }
        guard frame.payloadLength != 1 else { throw .closeCode }
        closing = ClosePayload(maskingKey: frame.maskingKey)
    }

    private mutating func beginData(_ frame: FrameHeader) throws(FrameFault) {
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

    /// After the whole of a Close frame: what it says must be legal, and nothing may follow it.
    private mutating func endClose() throws(FrameFault) {
        guard let payload = closing else { return }
        closing = nil
        guard payload.bytes.count >= 2 else {
            closeCode = .noStatus
            return
        }
        guard payload.code.isLegalOnTheWire else { throw .closeCode }
        guard String(validating: payload.bytes[2...], as: UTF8.self) != nil else { throw .closeReason }
        closeCode = payload.code
    }
}

/// The payload of a Close frame, as far as it has come: a code of two bytes, and a reason for people.
private struct ClosePayload: Sendable {
    let maskingKey: MaskingKey?
    var bytes: [UInt8] = []

    init(maskingKey: MaskingKey?) {
        self.maskingKey = maskingKey
    }

    mutating func append(_ byte: UInt8) {
        bytes.append(byte ^ (maskingKey?[bytes.count] ?? 0))
    }

    /// The code, in the order of the wire; there must be two bytes.
    var code: CloseCode {
        CloseCode(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    }
}
