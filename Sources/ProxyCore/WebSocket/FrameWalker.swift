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

    /// How many frames have begun.
    public private(set) var frames: UInt64 = 0
    /// How many bytes belong to control frames, those of the present one that are still to come among them.
    public private(set) var controlBytes: UInt64 = 0
    /// How many bytes of the present frame's payload are still to come.
    public private(set) var payloadLeft: UInt64 = 0
    /// The code of the Close frame that was walked over, once it was: nothing may follow it.
    public private(set) var closeCode: CloseCode?

    private var rules: FrameRules
    private var headerLength = 0
    private var header = InlineArray<14, UInt8>(repeating: 0)
    private var closing: ClosePayload?
    private var fault: FrameFault?
    /// Whether some of the frame with the fault was good by itself and has been passed on.
    private var stoppedInsideFrame = false

    /// A walker that stands before the first frame.
    public init(sender: FrameSender) {
        rules = FrameRules(sender: sender)
    }

    /// Whether the next byte begins a frame: the only place where a frame of our own may be put in.
    public var isAtBoundary: Bool { payloadLeft == 0 && headerLength == 0 && !stoppedInsideFrame }

    /// Whether the next byte begins a message or a control frame: the only place where a message of our own may be put in.
    var isBetweenMessages: Bool { isAtBoundary && !rules.messageIsOpen }

    /// Walks over the next bytes. After a fault, and after a Close frame, nothing more is good.
    @inline(__always)
    public mutating func walk(_ bytes: Span<UInt8>) -> Step {
        var position = 0
        var frame = 0
        let beganEarlier = !isAtBoundary
        do throws(FrameFault) {
            if let fault { throw fault }
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
            fault = error
            stoppedInsideFrame = beganEarlier && frame == 0
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

    /// Adds bytes to a header that comes in pieces.
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

    /// Enters a frame that the rules admit.
    @inline(__always)
    private mutating func begin(_ frame: FrameHeader) throws(FrameFault) {
        try rules.admit(frame)
        frames &+= 1
        payloadLeft = frame.payloadLength
        if frame.opcode.isControl { beginControl(frame) }
    }

    private mutating func beginControl(_ frame: FrameHeader) {
        controlBytes &+= 2 + (frame.maskingKey == nil ? 0 : 4) + frame.payloadLength
        if frame.opcode == .close { closing = ClosePayload(maskingKey: frame.maskingKey) }
    }

    /// After the whole of a Close frame.
    private mutating func endClose() throws(FrameFault) {
        closeCode = try closing?.code()
        closing = nil
    }
}
