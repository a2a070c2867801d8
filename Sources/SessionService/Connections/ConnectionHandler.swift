import NIOCore
import NIOHTTP1

/// What every connection is held to, between the decoder and what answers: whose requests are taken
/// (``RequestFraming``), which answer is the last (``Exchanges``), how long anything may take (``ConnectionLimits``), and
/// who sits in a place of the listener (``ConnectionPlaces``).
///
/// After its last answer a connection is closed for writing only, and what the client is still sending is read and let
/// fall, for a time and up to a size. Closed at once, the kernel would answer what still comes with a reset, and the
/// client would never see its answer (RFC 9112 section 9.6).
///
/// A client that waits for `100 Continue` before it sends (RFC 9110 section 10.1.1) is told to go on. Lives on its
/// channel's event loop.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ConnectionLimits
    private let places: ConnectionPlaces
    private let count: @Sendable (ConnectionEnd) -> Void
    private var seat: UInt64?
    private var standing = Seating.Standing.silent
    private var deadline: Scheduled<Void>?
    private var exchanges = Exchanges()
    private var answersUnderWay = 0
    private var isLeaving = false
    private var unwantedBytes = 0

    /// A connection that has just been opened; `count` is told why it is ended, if it is, from any thread.
    init(
        _ limits: ConnectionLimits,
        in places: ConnectionPlaces,
        count: @escaping @Sendable (ConnectionEnd) -> Void
    ) {
        self.limits = limits
        self.places = places
        self.count = count
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        seat = places.enter(on: context.eventLoop) { [count] in
            count(.displaced)
            channel.close(promise: nil)
        }
        allow(limits.opening, .silent, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { release() }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    private func release() {
        deadline?.cancel()
        if let seat { places.leave(seat) }
        seat = nil
    }

    // MARK: What comes

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
            allow(limits.request, .slow, context)
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        allow(limits.request, .slow, context)
        stand(context)
        guard head.headers["Expect"].first?.lowercased() == "100-continue" else { return }
        let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
    }

    private func drop(_ count: Int, _ context: ChannelHandlerContext) {
        unwantedBytes += count
        if unwantedBytes > limits.leavingBytes { end(.unwanted, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Whoever reads behind us takes no more, and so asks for no more.
        if isLeaving { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchanges.receiveNonsense()
        refuse(error, context)
    }

    private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
        // It is all the same what the client says after its last answer.
        guard !exchanges.isEnding else { return }
        if error is HTTPParserError { count(.malformed) }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isLeaving, case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if exchanges.beginAnswer() { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            exchanges.endAnswer()
            answersUnderWay += 1
            stand(context)
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenComplete { _ in self.taken(context) }
            context.writeAndFlush(data, promise: written)
        }
    }

    /// An answer has left this process.
    private func taken(_ context: ChannelHandlerContext) {
        answersUnderWay -= 1
        if exchanges.isOver, answersUnderWay == 0 {
            leave(context)
        } else if !exchanges.isRequestComing {
            exchanges.isAnswerDue ? allow(limits.request, .slow, context) : allow(limits.idle, .idle, context)
        }
        stand(context)
    }

    private func leave(_ context: ChannelHandlerContext) {
        guard !isLeaving, seat != nil else { return }
        isLeaving = true
        allow(limits.leaving, .unwanted, context)
        context.close(mode: .output, promise: nil)
        context.read()
    }

    // MARK: Clock and place

    /// From now on the client, or we, have so long.
    private func allow(_ time: TimeAmount, _ reason: ConnectionEnd, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        guard seat != nil else { return }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.end(reason, context) }
    }

    private func end(_ reason: ConnectionEnd, _ context: ChannelHandlerContext) {
        count(reason)
        context.close(promise: nil)
    }

    /// Tells the listener what this connection has to lose, when that changed.
    private func stand(_ context: ChannelHandlerContext) {
        let now: Seating.Standing =
            if exchanges.isAnswerDue { .busy } else if answersUnderWay > 0 { .reading } else if isLeaving {
                .leaving
            } else { .idle }
        guard let seat, now != standing else { return }
        standing = now
        places.move(seat, to: now, on: context.eventLoop)
    }
}
