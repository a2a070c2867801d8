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
    private var seat: UInt64?
    private var standing = Seating.Standing.silent
    private var deadline: Scheduled<Void>?
    private var exchanges = Exchanges()
    private var answersUnderWay = 0
    private var isLeaving = false
    private var unwantedBytes = 0

    /// A connection that has just been opened.
    init(_ limits: ConnectionLimits, in places: ConnectionPlaces) {
        self.limits = limits
        self.places = places
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        seat = places.enter(on: context.eventLoop) { channel.close(promise: nil) }
        allow(limits.opening, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
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
            case .refuse: return context.fireErrorCaught(HTTPParserError.unknown)
            }
        case .body(let bytes):
            guard exchanges.receive(bytes: bytes.readableBytes) else { return drop(bytes.readableBytes, context) }
        case .end:
            guard exchanges.receiveEnd() else { return }
            allow(limits.request, context)
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        allow(limits.request, context)
        stand(context)
        guard head.headers["Expect"].first?.lowercased() == "100-continue" else { return }
        let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
    }

    private func drop(_ count: Int, _ context: ChannelHandlerContext) {
        unwantedBytes += count
        if unwantedBytes > limits.leavingBytes { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Whoever reads behind us takes no more, and so asks for no more.
        if isLeaving { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchanges.receiveNonsense()
        // It is all the same what the client says after its last answer.
        if !exchanges.isEnding { context.fireErrorCaught(error) }
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
        if exchanges.isEnding, answersUnderWay == 0 {
            leave(context)
        } else if !exchanges.isRequestComing {
            allow(exchanges.isAnswerDue ? limits.request : limits.idle, context)
        }
        stand(context)
    }

    private func leave(_ context: ChannelHandlerContext) {
        guard !isLeaving, seat != nil else { return }
        isLeaving = true
        allow(limits.leaving, context)
        context.close(mode: .output, promise: nil)
        context.read()
    }

    // MARK: Clock and place

    /// From now on the client, or we, have so long.
    private func allow(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        guard seat != nil else { return }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
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
