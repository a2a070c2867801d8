/// What a message-wise direction puts between reading and writing: frames in, messages decided over, frames out.
///
/// A message of up to ``MessageInspector/longest`` bytes is held until it is whole, and goes on as one frame. A longer one is
/// decided over by its beginning and then streams: its frames go on as they came, spliced unless the inspector reads on. A
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
        /// They are dropped: the message was answered, or is to be at its end.
        case dropping(answersAtEnd: Bool)
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

    /// How much room is kept for the next message, in bytes: enough for nearly all commands.
    private static let keptRoom = 16 << 10

    private let inspector: any MessageInspector
    private var mode = Mode.holding
    private var frame: Frame?
    private var header: [UInt8] = []
    private var control: [UInt8] = []
    /// The payload of the message that is held, unmasked, and the first header of it. Of one that streams, the bytes that the
    /// inspector looks at.
    private var message: [UInt8] = []
    private var first: FrameHeader?
    private var answers: [[UInt8]] = []
    private var answerBytes = 0
    /// Bytes that were not looked at because too many answers wait.
    private var backlog: [UInt8] = []

    /// What the sender did that ends the connection.
    private(set) var fault: FrameFault?

    /// A stage before the first frame.
    init(_ inspector: any MessageInspector) {
        self.inspector = inspector
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

    /// Whether the payload of the present frame goes on as it comes, unseen.
    var isStreaming: Bool {
        guard case .streaming = mode, !inspector.readsOn, let frame else { return false }
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
        while position < bytes.count, answerBytes < Self.mostAnswerBytes, fault == nil {
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
        // Behind a fault nothing counts.
        return fault == nil ? position : bytes.count
    }

    private func beginFrameIfWhole(into out: inout [UInt8]) {
        guard FrameHeader.isWhole(header) else { return }
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
            control.append(bytes)
        } else {
            switch mode {
            case .holding:
                count = min(count, inspector.longest - message.count)
                hold(bytes.extracting(..<count), present)
            case .streaming: if goesOn(bytes, present) { out.append(bytes) }
            case .dropping: _ = goesOn(bytes, present)
            }
        }
        frame?.left -= UInt64(count)
        frame?.position += count
        if case .holding = mode, count < bytes.count { beginLongMessage(into: &out) }
        return count
    }

    private func hold(_ bytes: Span<UInt8>, _ present: Frame) {
        let start = message.count
        message.append(bytes)
        if let key = present.header.maskingKey { key.advanced(by: present.position).apply(to: &message, from: start) }
    }

    /// Shows the inspector the next bytes of a long message; whether they may go on.
    private func goesOn(_ bytes: Span<UInt8>, _ present: Frame) -> Bool {
        guard inspector.readsOn else { return true }
        hold(bytes, present)
        defer { message.removeAll(keepingCapacity: true) }
        guard !inspector.goOn(message.span), case .streaming = mode else { return true }
        fault = .notACommand
        return false
    }

    private func forgetMessage() {
        if message.capacity > Self.keptRoom { message = [] } else { message.removeAll(keepingCapacity: true) }
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
        guard !whole.header.opcode.isControl, whole.header.isFinal else { return }
        if case .dropping(answersAtEnd: true) = mode { answer(inspector.endDropped()) }
        (mode, first) = (.holding, nil)
        forgetMessage()
    }

    // MARK: Messages

    private func decide(into out: inout [UInt8]) {
        switch inspector.decide(message.span) {
        case .pass: emit(message, isFinal: true, into: &out)
        case .replace(let payload): emit(payload, isFinal: true, into: &out)
        case .answer(let text): answer(text)
        }
    }

    private func beginLongMessage(into out: inout [UInt8]) {
        switch inspector.begin(message.span) {
        case .pass:
            mode = .streaming
            emitBeginning(into: &out)
        case .answer(let text):
            mode = .dropping(answersAtEnd: false)
            answer(text)
        case .drop: mode = .dropping(answersAtEnd: true)
        }
        message.removeAll(keepingCapacity: true)
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
        out.append(payload.span)
        key?.apply(to: &out, from: start)
    }

    private func answer(_ text: [UInt8]) {
        answers.append(text)
        answerBytes += text.count
    }
}
