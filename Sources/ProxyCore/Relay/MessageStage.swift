/// What a message-wise direction puts between reading and writing: frames in, messages decided over, frames out.
///
/// A message of up to ``MessageRule/longest`` bytes is held until it is whole, and goes on as one frame. A longer one is
/// decided over by its beginning and then streams: its frames go on as they came, so that their payload may be spliced. A
/// control frame goes on as soon as it is whole, before the message that is held.
///
/// Given valid bytes only: a ``FrameWalker`` has walked over them. Pure: no I/O, no clock. A class, so that a byte-wise
/// direction carries one empty reference and no more.
final class MessageStage {
    /// How the frames of the present message go on.
    private enum Mode {
        /// They are put together.
        case holding
        /// They go on as they come.
        case streaming
        /// They are dropped: the message was answered.
        case dropping
    }

    /// A frame whose payload has not come whole.
    private struct Frame {
        let header: FrameHeader
        var left: UInt64
        /// The position of the next byte in the payload, which the masking key counts by.
        var position = 0
    }

    /// How many bytes of answers may wait before the stage takes no more messages.
    static let mostAnswerBytes = 64 << 10

    private let rule: MessageRule
    private var mode = Mode.holding
    private var frame: Frame?
    private var header: [UInt8] = []
    private var control: [UInt8] = []
    /// The payload of the message that is held, unmasked, and the first header of it.
    private var message: [UInt8] = []
    private var first: FrameHeader?
    private var answers: [[UInt8]] = []
    private var answerBytes = 0
    /// Bytes that were not looked at because too many answers wait.
    private var backlog: [UInt8] = []

    /// A stage before the first frame.
    init(_ rule: MessageRule) {
        self.rule = rule
    }

    /// Whether the frames that went on are whole, so that a frame of the proxy's own may follow.
    var isAtBoundary: Bool {
        guard case .streaming = mode, let frame, !frame.header.opcode.isControl else { return true }
        return frame.left == 0
    }

    /// Whether the messages that went on are whole, so that a message of the proxy's own may follow.
    var isBetweenMessages: Bool {
        switch mode {
        case .holding, .dropping: true
        case .streaming: false
        }
    }

    /// Whether the payload of the present frame goes on as it comes.
    var isStreaming: Bool {
        guard case .streaming = mode, let frame else { return false }
        return !frame.header.opcode.isControl
    }

    /// Whether bytes wait here because too many answers do.
    var isStalled: Bool { !backlog.isEmpty }

    /// Whether answers wait to be taken.
    var hasAnswers: Bool { !answers.isEmpty }

    /// Takes the texts that the sender is to get in reply, in order.
    func takeAnswers() -> [[UInt8]] {
        defer { (answers, answerBytes) = ([], 0) }
        return answers
    }

    // MARK: Bytes

    /// Takes the next bytes and appends to `out` what goes on.
    func take(_ bytes: Span<UInt8>, into out: inout [UInt8]) {
        let taken = process(bytes, into: &out)
        for index in taken..<bytes.count { backlog.append(bytes[index]) }
    }

    /// Goes on with the bytes that waited, once the answers have been taken.
    func resume(into out: inout [UInt8]) {
        let waiting = backlog
        backlog = []
        take(waiting.span, into: &out)
    }

    /// Tells of payload bytes that went on unseen. Only while ``isStreaming``.
    func skip(_ count: Int) {
        guard count > 0 else { return }
        frame?.left -= UInt64(count)
        frame?.position += count
        endFrameIfWhole()
    }

    /// Says how many of the bytes it looked at: all of them unless too many answers wait.
    private func process(_ bytes: Span<UInt8>, into out: inout [UInt8]) -> Int {
        var position = 0
        while position < bytes.count, answerBytes < Self.mostAnswerBytes {
            if let frame, frame.left > 0 {
                let count = Int(min(frame.left, UInt64(bytes.count - position)))
                position += payload(bytes.extracting(position..<position + count), frame, into: &out)
            } else {
                header.append(bytes[position])
                position += 1
                beginFrameIfWhole(into: &out)
            }
            endFrameIfWhole(into: &out)
        }
        return position
    }

    private func beginFrameIfWhole(into out: inout [UInt8]) {
        guard header.count >= 2, header.count == FrameHeader.length(first: header[0], second: header[1]) else { return }
        // The walker has read the same header before.
        guard let whole = try? FrameHeader(header.span) else { return }
        frame = Frame(header: whole, left: whole.payloadLength)
        defer { header.removeAll(keepingCapacity: true) }
        if whole.opcode.isControl {
            control = header
        } else {
            switch mode {
            case .holding: if first == nil { first = whole }
            case .streaming: out.append(contentsOf: header)
            case .dropping: break
            }
        }
    }

    /// Takes payload of the present frame and says how much: all, or up to where a message turns out to be long.
    private func payload(_ bytes: Span<UInt8>, _ present: Frame, into out: inout [UInt8]) -> Int {
        var count = bytes.count
        if present.header.opcode.isControl {
            for index in 0..<count { control.append(bytes[index]) }
        } else {
            switch mode {
            case .holding:
                count = min(count, rule.longest - message.count)
                hold(bytes, count, present)
            case .streaming: for index in 0..<count { out.append(bytes[index]) }
            case .dropping: break
            }
        }
        frame?.left -= UInt64(count)
        frame?.position += count
        if case .holding = mode, count < bytes.count { beginLongMessage(into: &out) }
        return count
    }

    private func hold(_ bytes: Span<UInt8>, _ count: Int, _ present: Frame) {
        let key = present.header.maskingKey
        message.reserveCapacity(message.count + count)
        for index in 0..<count { message.append(bytes[index] ^ (key?[present.position + index] ?? 0)) }
    }

    private func endFrameIfWhole(into out: inout [UInt8]) {
        guard let whole = frame, whole.left == 0 else { return }
        if whole.header.opcode.isControl {
            out.append(contentsOf: control)
            control = []
        } else if whole.header.isFinal, case .holding = mode {
            decide(into: &out)
        }
        endFrameIfWhole()
    }

    private func endFrameIfWhole() {
        guard let whole = frame, whole.left == 0 else { return }
        frame = nil
        if !whole.header.opcode.isControl, whole.header.isFinal { (mode, first) = (.holding, nil) }
    }

    // MARK: Messages

    private func decide(into out: inout [UInt8]) {
        switch rule.whole(message.span) {
        case .pass: emit(message, isFinal: true, into: &out)
        case .replace(let payload): emit(payload, isFinal: true, into: &out)
        case .answer(let text): answer(text)
        }
        message = []
    }

    private func beginLongMessage(into out: inout [UInt8]) {
        switch rule.long(message.span) {
        case .pass:
            mode = .streaming
            emitBeginning(into: &out)
        case .answer(let text):
            mode = .dropping
            answer(text)
        }
        message = []
    }

    /// Writes what is held of a long message: the fragments before the present frame as one, and the beginning of that frame
    /// as it came.
    private func emitBeginning(into out: inout [UInt8]) {
        guard let frame else { return }
        let before = message.count - frame.position
        if frame.header.opcode == .continuation { emit(Array(message[..<before]), isFinal: false, into: &out) }
        frame.header.write(to: &out)
        let key = frame.header.maskingKey
        for position in 0..<frame.position { out.append(message[before + position] ^ (key?[position] ?? 0)) }
    }

    /// Writes a frame that begins a message, masked with the key of the one that came.
    private func emit(_ payload: [UInt8], isFinal: Bool, into out: inout [UInt8]) {
        guard let first else { return }
        let key = first.maskingKey
        FrameHeader(isFinal: isFinal, opcode: first.opcode, maskingKey: key, payloadLength: UInt64(payload.count))
            .write(to: &out)
        let start = out.count
        out.append(contentsOf: payload)
        guard let key else { return }
        var span = out.mutableSpan
        key.apply(to: &span, from: start)
    }

    private func answer(_ text: [UInt8]) {
        answers.append(text)
        answerBytes += text.count
    }
}
