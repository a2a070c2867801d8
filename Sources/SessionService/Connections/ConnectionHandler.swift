import NIOCore
import NIOHTTP1

/// Enforces the rules of a connection, between the decoder and the responder: which requests are accepted
/// (``RequestFraming``), which answer is the last (``ExchangeState``), how long each phase may take
/// (``ConnectionLimits``), and which connection is closed at the limit (``ConnectionRegistry``).
///
/// After its last answer the handler closes only the write side. It reads and discards what the client still sends, up
/// to a time and a size. If it closed at once, the kernel would answer those bytes with a reset, and the client would
/// never see its answer (RFC 9112 section 9.6).
///
/// It sends `100 Continue` to a client that waits for it (RFC 9110 section 10.1.1). It lives on its channel's event
/// loop.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ConnectionLimits
    private let registry: ConnectionRegistry
    private let count: @Sendable (ConnectionEnd) -> Void
    private var id: UInt64?
    private var activity = EvictionPolicy.Activity.silent
    private var deadline: Scheduled<Void>?
    private var exchanges = ExchangeState()
    private var unwrittenAnswers = 0
    private var isClosing = false
    private var discardedBytes = 0

    /// The handler of a newly opened connection. It calls `count` with the reason if it closes the connection, from any
    /// thread.
    init(
        _ limits: ConnectionLimits,
        in registry: ConnectionRegistry,
        count: @escaping @Sendable (ConnectionEnd) -> Void
    ) {
        self.limits = limits
        self.registry = registry
        self.count = count
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        id = registry.add(on: context.eventLoop) { [count] in
            count(.displaced)
            channel.close(promise: nil)
        }
        setDeadline(limits.opening, .silent, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { release() }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    private func release() {
        deadline?.cancel()
        if let id { registry.remove(id) }
        id = nil
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            switch exchanges.receive(head) {
            case .pass: begin(head, context)
            case .drop: return
            case .refuse: return refuse(HTTPParserError.unknown, context)
            }
        case .body(let bytes):
            guard exchanges.receive(bytes: bytes.readableBytes) else { return drop(bytes.readableBytes, context) }
        case .end:
            guard exchanges.receiveEnd() else { return }
            setDeadline(limits.request, .slow, context)
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        setDeadline(limits.request, .slow, context)
        updateActivity(context)
        guard head.headers["Expect"].first?.lowercased() == "100-continue" else { return }
        let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
    }

    private func drop(_ count: Int, _ context: ChannelHandlerContext) {
        discardedBytes += count
        if discardedBytes > limits.closingBytes { end(.unwanted, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The next handler has stopped reading, so this one has to ask for more.
        if isClosing { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchanges.receiveMalformed()
        refuse(error, context)
    }

    private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
        // After its last answer, faults of the client do not matter.
        guard !exchanges.isEnding else { return }
        if error is HTTPParserError { count(.malformed) }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isClosing, case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Outbound

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if exchanges.beginAnswer() { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            exchanges.endAnswer()
            unwrittenAnswers += 1
            updateActivity(context)
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenComplete { _ in self.answerWritten(context) }
            context.writeAndFlush(data, promise: written)
        }
    }

    /// An answer has been handed to the kernel.
    private func answerWritten(_ context: ChannelHandlerContext) {
        unwrittenAnswers -= 1
        if exchanges.isOver, unwrittenAnswers == 0 {
            closeOutput(context)
        } else if !exchanges.isRequestComing {
            exchanges.isAnswerDue
                ? setDeadline(limits.request, .slow, context) : setDeadline(limits.idle, .idle, context)
        }
        updateActivity(context)
    }

    private func closeOutput(_ context: ChannelHandlerContext) {
        guard !isClosing, id != nil else { return }
        isClosing = true
        setDeadline(limits.closing, .unwanted, context)
        context.close(mode: .output, promise: nil)
        context.read()
    }

    // MARK: Deadline and activity

    /// Closes the connection for this reason after this time, in place of the deadline before.
    private func setDeadline(_ time: TimeAmount, _ reason: ConnectionEnd, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        guard id != nil else { return }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.end(reason, context) }
    }

    private func end(_ reason: ConnectionEnd, _ context: ChannelHandlerContext) {
        count(reason)
        context.close(promise: nil)
    }

    /// Tells the registry what the connection is doing, if that has changed.
    private func updateActivity(_ context: ChannelHandlerContext) {
        let now: EvictionPolicy.Activity =
            if exchanges.isAnswerDue { .busy } else if unwrittenAnswers > 0 { .reading } else if isClosing {
                .closing
            } else { .idle }
        guard let id, now != activity else { return }
        activity = now
        registry.update(id, to: now, on: context.eventLoop)
    }
}
