public import ProxyCore

/// A Chrome that answers like the real one, and misbehaves when the test says so. It serves `/json/…` over HTTP, and
/// WebSockets whose frames the test sends and reads. It stores every request's head.
///
/// It lives on the loop's thread and must be closed.
public final class ScriptedChrome {
    /// The head of a request.
    public struct Request: Sendable {
        /// The request line, such as `GET /path HTTP/1.1`.
        public let line: String
        /// The field lines, in order.
        public let fields: [String]

        /// The target of the request.
        public var target: String { line.split(separator: " ").dropFirst().first.map { String($0) } ?? "" }

        /// The value of a field; its name matches in any case.
        public func value(of name: String) -> String? {
            fields.first { $0.lowercased().hasPrefix("\(name.lowercased()):") }
                .map { String($0.dropFirst(name.utf8.count + 1).drop { $0 == " " }) }
        }

        /// Whether it is a WebSocket handshake.
        public var isUpgrade: Bool { value(of: "Upgrade") != nil }
    }

    /// The reaction to a request.
    public enum Reply: Sendable {
        /// Answers like Chrome.
        case usual
        /// Sends these bytes and keeps the connection open.
        case raw([UInt8])
        /// Sends these bytes and closes the write side.
        case last([UInt8])
        /// Sends nothing and keeps the connection open.
        case silence
        /// Resets the connection.
        case reset
    }

    /// The id of this Chrome process.
    public var browserID = "11111111-aaaa-4bbb-8ccc-222222222222"
    /// The ids of the open pages.
    public var pages = ["PAGE1"]
    /// Chooses the reaction to a request.
    public var script: (Request) -> Reply = { _ in .usual }
    /// Answers a CDP command that arrives in one frame; nil stores frames as they come.
    public var command: ((_ method: String, _ parameters: JSONValue) -> JSONValue?)?
    /// The requests so far.
    public private(set) var requests: [Request] = []
    /// The WebSockets so far, in the order of their handshakes.
    public private(set) var sockets: [ScriptedSocket] = []
    /// Notified of each request and of each received piece.
    public let events: EventWait

    private let loop: EventLoop
    private var listener: TCPListener?
    private var peers: [LoopPeer] = []
    private let address: SocketAddress
    private var silenced: [(Request, LoopPeer, [UInt8])] = []

    /// Listens on 127.0.0.1, on a free port that the kernel gives to no socket by itself: when this Chrome has crashed, no
    /// other test is found there.
    public convenience init(on loop: EventLoop) throws {
        try self.init(on: loop, port: Self.lastingPort(on: loop))
    }

    /// A free port below those that the kernel chooses from (`ip_local_port_range`).
    private static func lastingPort(on loop: EventLoop) -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000..<30_000)
            guard let address = SocketAddress(host: "127.0.0.1", port: port) else { continue }
            guard let listener = try? TCPListener(at: address, on: loop, accept: { _, _ in }) else { continue }
            listener.close()
            return port
        }
    }

    /// Listens on a port of 127.0.0.1, for example the port of a Chrome that crashed.
    public init(on loop: EventLoop, port: UInt16) throws {
        self.loop = loop
        events = EventWait(on: loop)
        guard let address = SocketAddress(host: "127.0.0.1", port: port) else { throw Errno.invalidArgument }
        var accept: (consuming Descriptor, SocketAddress) -> Void = { _, _ in }
        let listener = try TCPListener(at: address, on: loop) { accept($0, $1) }
        self.address = listener.address
        self.listener = listener
        accept = { [unowned self] socket, peer in
            guard let stream = try? TCPStream(owning: socket, peer: peer, on: loop) else { return }
            serve(stream)
        }
    }

    /// The port it listens on.
    public var port: UInt16 { address.port }

    /// Ends like a crashed Chrome: it stops listening and closes every connection.
    ///
    /// Waits until connecting fails: a process that another test starts meanwhile holds a copy of every descriptor
    /// until it executes its program.
    public func crash() async {
        close()
        while let stream = try? await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20)) {
            stream.close()
        }
    }

    /// Stops listening and closes every connection.
    public func close() {
        listener?.close()
        listener = nil
        for peer in peers { peer.close() }
        peers = []
    }

    /// The WebSocket of this number, counted from 0. Waits for its handshake.
    public func socket(_ number: Int = 0) async throws -> ScriptedSocket {
        try await events.until("WebSocket \(number) at Chrome") { self.sockets.count > number }
        return sockets[number]
    }

    /// The request of this number, counted from 0. Waits for it.
    public func request(_ number: Int = 0) async throws -> Request {
        try await events.until("request \(number) at Chrome") { self.requests.count > number }
        return requests[number]
    }

    // MARK: Requests

    private func serve(_ stream: TCPStream) {
        guard let peer = try? LoopPeer(stream) else { return }
        peers.append(peer)
        peer.onEnd = { [unowned self, unowned peer] _ in
            peer.close()
            events.changed()
        }
        var head: [UInt8] = []
        peer.onBytes = { [unowned self, unowned peer] bytes in
            head += bytes
            guard let end = head.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return }
            let rest = Array(head[end...])
            let request = Self.request(head[..<end])
            head = []
            requests.append(request)
            answer(request, on: peer, rest)
            events.changed()
        }
    }

    private static func request(_ head: ArraySlice<UInt8>) -> Request {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map { String($0) }
        return Request(line: lines.first ?? "", fields: Array(lines.dropFirst()))
    }

    private func answer(_ request: Request, on peer: LoopPeer, _ rest: [UInt8]) {
        switch script(request) {
        case .usual: request.isUpgrade ? upgrade(request, on: peer, rest) : peer.send(plainAnswer(request))
        case .raw(let bytes): peer.send(bytes)
        case .last(let bytes):
            peer.send(bytes)
            peer.finishSending()
        case .silence: silenced.append((request, peer, rest))
        case .reset: peer.reset()
        }
    }

    /// Answers the requests that got `silence`, like Chrome.
    public func answerSilenced() {
        script = { _ in .usual }
        for (request, peer, rest) in silenced { answer(request, on: peer, rest) }
        silenced = []
    }

    private func plainAnswer(_ request: Request) -> [UInt8] {
        let path = request.target.prefix { $0 != "?" }
        switch path {
        case "/json/version": return Self.response(200, version.serialized())
        case "/json/list": return Self.response(200, JSONValue.array(pages.map(target)).serialized())
        case "/json/new": return Self.response(200, target("NEW1").serialized())
        case "/json/protocol": return Self.response(200, Array(#"{"domains":[]}"#.utf8))
        default: break
        }
        for (prefix, text) in [("/json/activate/", "Target activated"), ("/json/close/", "Target is closing")]
        where path.hasPrefix(prefix) {
            let isThere = pages.contains(String(path.dropFirst(prefix.utf8.count)))
            return isThere
                ? Self.response(200, Array(text.utf8), type: "text/html; charset=UTF-8")
                : Self.response(404, Array("No such target id".utf8), type: "text/html")
        }
        return Self.response(404, Array("Unknown command".utf8), type: "text/html")
    }

    private var version: JSONValue {
        [
            "Browser": "Chrome/156.0.0.0", "Protocol-Version": "1.3",
            "webSocketDebuggerUrl": JSONValue("ws://127.0.0.1:9222/devtools/browser/\(browserID)"),
        ]
    }

    private func target(_ id: String) -> JSONValue {
        [
            "id": JSONValue(id), "type": "page", "url": "about:blank",
            "devtoolsFrontendUrl": "https://chrome-devtools-frontend.appspot.com/inspector.html?ws=127.0.0.1:9222",
            "webSocketDebuggerUrl": JSONValue("ws://127.0.0.1:9222/devtools/page/\(id)"),
        ]
    }

    /// An answer in Chrome's form, which keeps the connection open.
    public static func response(
        _ status: Int,
        _ body: [UInt8],
        type: String = "application/json; charset=UTF-8"
    ) -> [UInt8] {
        let head = "HTTP/1.1 \(status) Scripted\r\nContent-Length:\(body.count)\r\nContent-Type:\(type)\r\n\r\n"
        return Array(head.utf8) + body
    }

    // MARK: WebSockets

    private func upgrade(_ request: Request, on peer: LoopPeer, _ rest: [UInt8]) {
        let isPage = request.target.hasPrefix("/devtools/page/")
        let known = isPage ? pages.map { "/devtools/page/\($0)" } : ["/devtools/browser/\(browserID)"]
        guard known.contains(request.target) else {
            return peer.send(Self.response(isPage ? 500 : 404, Array("No such target id".utf8), type: "text/html"))
        }
        peer.send(Self.handshakeAnswer(to: request))
        let socket = ScriptedSocket(peer, path: request.target, events: events)
        socket.command = command
        sockets.append(socket)
        peer.onBytes = { [unowned socket] in socket.receive($0) }
        if !rest.isEmpty { socket.receive(rest) }
    }

    /// The 101 that answers a handshake.
    public static func handshakeAnswer(to request: Request, accept: String? = nil) -> [UInt8] {
        let key = request.value(of: "Sec-WebSocket-Key").flatMap { WebSocketKey(Array($0.utf8)[...]) }
        let accept = accept ?? key.map { String(decoding: $0.accept, as: UTF8.self) } ?? ""
        let head = "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
        return Array("\(head)Sec-WebSocket-Accept: \(accept)\r\n\r\n".utf8)
    }
}

/// Chrome's end of a WebSocket.
///
/// Lives on the loop's thread.
public final class ScriptedSocket {
    /// The path of its handshake.
    public let path: String
    /// The bytes received after the handshake.
    public private(set) var received: [UInt8] = []

    /// Answers CDP commands.
    var command: ((_ method: String, _ parameters: JSONValue) -> JSONValue?)?

    private let peer: LoopPeer
    private let events: EventWait
    private var position = 0

    init(_ peer: LoopPeer, path: String, events: EventWait) {
        self.peer = peer
        self.path = path
        self.events = events
    }

    /// Sends bytes, which need not be frames.
    public func send(_ bytes: [UInt8]) { peer.send(bytes) }

    /// Closes the write side.
    public func finishSending() { peer.finishSending() }

    /// Closes the connection.
    public func close() { peer.close() }

    /// Resets the connection.
    public func reset() { peer.reset() }

    /// Waits for so many bytes, and returns all received ones.
    public func received(_ count: Int) async throws -> [UInt8] {
        try await events.until("\(count) bytes at Chrome's WebSocket") { self.received.count >= count }
        return received
    }

    /// Waits until the proxy's bytes end.
    public func end() async throws -> LoopPeer.Ending? {
        try await events.until("the end of Chrome's WebSocket") { self.peer.ending != nil }
        return peer.ending
    }

    func receive(_ bytes: [UInt8]) {
        received += bytes
        if command != nil { while let message = nextMessage() { obey(message) } }
        events.changed()
    }

    private func obey(_ message: [UInt8]) {
        guard let call = try? JSONValue.parse(message), let method = call["method"]?.stringValue,
            let result = command?(method, call["params"] ?? [:])
        else { return }
        let answer: JSONValue = ["id": call["id"] ?? .null, "result": result]
        peer.send(WireFrame.bytes(.text, answer.serialized()))
    }

    /// The payload of the next complete text frame; skips other frames.
    private func nextMessage() -> [UInt8]? {
        while true {
            let there = received[position...]
            guard there.count >= 2 else { return nil }
            let length = FrameHeader.length(first: there[position], second: there[position + 1])
            guard there.count >= length, let header = try? FrameHeader(Array(there.prefix(length)).span) else {
                return nil
            }
            let end = position + length + Int(header.payloadLength)
            guard received.count >= end else { return nil }
            var payload = Array(received[(position + length)..<end])
            var span = payload.mutableSpan
            header.maskingKey?.apply(to: &span, from: 0)
            position = end
            if header.opcode == .text { return payload }
        }
    }
}
