import ProxyCore
import TestSupport
import Testing

/// A WebSocket with this side as the client, and the server played by the test.
private actor Conversation {
    private nonisolated let loop: EventLoop
    private var stream: WebSocketStream?
    private var server: LoopPeer?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func begin(received: [UInt8] = [], limit: Int = 1 << 20) async throws {
        let pair = try await LoopbackPair(on: loop)
        server = try LoopPeer(pair.far)
        stream = WebSocketStream(over: pair.near, received: received, limit: limit)
    }

    func send(_ text: [UInt8]) async throws {
        try await stream?.send(text)
    }

    func receive() async throws -> [UInt8]? {
        try await stream?.receive()
    }

    /// The error that receiving ends with.
    func failure() async -> WebSocketStreamError? {
        guard let stream else { return nil }
        do {
            while true { _ = try await stream.receive() }
        } catch {
            return error
        }
    }

    func close() async {
        await stream?.close()
    }

    func expire() {
        stream?.setDeadline(loop.now + .milliseconds(5))
    }

    // MARK: The server's side

    func serve(_ bytes: [UInt8]) {
        server?.send(bytes)
    }

    func finish() {
        server?.finishSending()
    }

    func pauseServer(_ isPaused: Bool) {
        if isPaused { server?.pause() } else { server?.resume() }
    }

    /// The frames that the server receives: so many, their payloads unmasked.
    func frames(_ count: Int) async -> [(header: FrameHeader, payload: [UInt8])] {
        guard let server else { return [] }
        await server.wait { ReceivedFrames(server.received).frames.count >= count }
        return ReceivedFrames(server.take()).frames.map { frame in
            var payload = frame.payload
            var span = payload.mutableSpan
            frame.header.maskingKey?.apply(to: &span, from: 0)
            return (frame.header, payload)
        }
    }

    func serversEnd() async -> LoopPeer.Ending? {
        await server?.end()
    }

    func end() {
        server?.close()
    }
}

/// Lets a body talk over a WebSocket on a loop of its own.
private func converse(
    received: [UInt8] = [],
    limit: Int = 1 << 20,
    _ body: @Sendable (Conversation) async throws -> Void
) async throws {
    try await withLoop { resident in
        let conversation = Conversation(on: resident.loop)
        try await conversation.begin(received: received, limit: limit)
        try await body(conversation)
        await conversation.close()
        await conversation.end()
    }
}

@Suite(.timeLimit(.minutes(5))) struct WebSocketStreamTests {
    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536, 200_000])
    func textGoesBothWays(length: Int) async throws {
        try await converse { conversation in
            let text = [UInt8](repeating: 0x78, count: length)
            try await conversation.send(text)
            let frames = await conversation.frames(1)
            #expect(frames.map(\.payload) == [text])
            #expect(frames.first?.header.opcode == .text)
            #expect(frames.first?.header.maskingKey != nil)
            await conversation.serve(WireFrame.bytes(.text, text))
            let received = try await conversation.receive()
            #expect(received == text)
        }
    }

    @Test func whatCameBehindTheHandshakeComesFirst() async throws {
        try await converse(received: WireFrame.text("first") + [0x81]) { conversation in
            await conversation.serve([0x01, 0x32])
            let first = try await conversation.receive()
            let second = try await conversation.receive()
            #expect(first == Array("first".utf8))
            #expect(second == [0x32])
        }
    }

    @Test func aPingIsAnsweredBeforeTheNextText() async throws {
        try await converse { conversation in
            await conversation.serve(WireFrame.bytes(.ping, [1, 2]) + WireFrame.bytes(.pong) + WireFrame.text("text"))
            let text = try await conversation.receive()
            #expect(text == Array("text".utf8))
            let frames = await conversation.frames(1)
            #expect(frames.map(\.header.opcode) == [.pong])
            #expect(frames.map(\.payload) == [[1, 2]])
        }
    }

    /// The server reads nothing until the Pong is due, so it stands behind a message of which only a part is written.
    @Test func aPongDoesNotComeBetweenThePartsOfAMessage() async throws {
        try await converse { conversation in
            let large = [UInt8](repeating: 0x78, count: 16 << 20)
            await conversation.pauseServer(true)
            async let sent: Void = conversation.send(large)
            await conversation.serve(WireFrame.bytes(.ping, [7]) + WireFrame.text("event"))
            let event = try await conversation.receive()
            #expect(event == Array("event".utf8))
            await conversation.pauseServer(false)
            try await sent
            let frames = await conversation.frames(2)
            #expect(frames.map(\.header.opcode).sorted { $0.rawValue < $1.rawValue } == [.text, .pong])
            #expect(frames.first { $0.header.opcode == .text }?.payload == large)
            #expect(frames.first { $0.header.opcode == .pong }?.payload == [7])
        }
    }

    private static let ends: [([UInt8], WebSocketStreamError)] = [
        (WireFrame.close(1000), .closed(.normal)),
        (WireFrame.text("one") + WireFrame.close(1011, Array("gone".utf8)), .closed(.internalError)),
        (WireFrame.bytes(.close), .closed(.noStatus)),
        (WireFrame.text("x", key: WireFrame.key), .fault(.masked)),
        (WireFrame.bytes(.binary, [1]), .fault(.binary)),
        (WireFrame.header(.text, announcing: (1 << 20) + 1), .fault(.messageTooLong)),
        ([], .stream(.ended)),
        ([0x81], .stream(.ended)),
    ]

    @Test(arguments: ends)
    func theEndIsToldApart(bytes: [UInt8], error: WebSocketStreamError) async throws {
        try await converse { conversation in
            await conversation.serve(bytes)
            await conversation.finish()
            let failure = await conversation.failure()
            #expect(failure == error)
        }
    }

    @Test func aReaderWaitsNoLongerThanTheDeadline() async throws {
        try await converse { conversation in
            await conversation.expire()
            let failure = await conversation.failure()
            #expect(failure == .stream(.deadline))
        }
    }

    @Test func closingSaysGoodbye() async throws {
        try await converse { conversation in
            await conversation.close()
            let ending = await conversation.serversEnd()
            #expect(ending == .finished)
            let frames = await conversation.frames(1)
            #expect(frames.map(\.header.opcode) == [.close])
            #expect(frames.map(\.payload) == [[0x03, 0xE8]])
        }
    }
}
