import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client does not get done: between two requests, with a head, or with a body.
///
/// The clock starts when the connection opens and when a request has come whole; it ends with the next whole request.
/// Anything in between counts, so that a client that drips bytes gains nothing by it. A body of more than `bodyLimit`
/// bytes, which nothing here would read, ends the connection too. A client that waits for `100 Continue` before it sends
/// (RFC 9110 section 10.1.1) is told to go on. One that names no host speaks HTTP/1.0 and knows the end of the answer by
/// the end of the connection (RFC 9112 section 9.3), which it gets.
///
/// Lives on its channel's event loop.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    private let bodyLimit: Int
    private var deadline: Scheduled<Void>?
    private var bodyBytes = 0
    private var isLastRequest = false

    /// A deadline for every request of one connection.
    init(patience: TimeAmount, bodyLimit: Int) {
        self.patience = patience
        self.bodyLimit = bodyLimit
    }

    func handlerAdded(context: ChannelHandlerContext) { start(context) }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            bodyBytes = 0
            isLastRequest = head.authority == nil
            if head.headerFields[.expect]?.lowercased() == "100-continue" { goOn(context) }
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes <= bodyLimit else { return context.close(promise: nil) }
        case .end:
            start(context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isLastRequest, case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let written = promise ?? context.eventLoop.makePromise()
        let bound = context.loopBound
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        context.writeAndFlush(data, promise: written)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func start(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = context.loopBound
        deadline = context.eventLoop.scheduleTask(in: patience) { bound.value.close(promise: nil) }
    }
}
