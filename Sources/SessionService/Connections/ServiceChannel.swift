import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of one of the listeners: HTTP/1.1, with ``ConnectionHandler`` between the decoder and the responder.
struct ServiceChannel: HTTPChannelHandler {
    /// Answers the requests.
    let responder: Responder
    /// The timeouts of the connection.
    let limits: ConnectionLimits
    /// The connections of the listener.
    let registry: ConnectionRegistry
    /// Counts the connections that the service closes.
    let metrics: ServiceMetrics

    /// Builds the connections of a listener that may have so many.
    static func builder(_ limits: ConnectionLimits, connections: Int, _ metrics: ServiceMetrics) -> HTTPServerBuilder {
        let registry = ConnectionRegistry(limit: connections)
        return HTTPServerBuilder {
            ServiceChannel(responder: $0, limits: limits, registry: registry, metrics: metrics)
        }
    }

    func setup(
        channel: any Channel,
        logger: Logger
    ) -> EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            var head = NIOHTTPDecoderLimitConfiguration()
            head.maxHeaderFieldSize = 32 * 1024
            head.maxHeaderListSize = 64 * 1024
            head.maxHeaderFieldCount = 100
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,  // NIOAsyncChannel's sequence queues requests
                withErrorHandling: false,  // Hummingbird answers 400
                withOutboundHeaderValidation: false,  // HTTPTypes' fields cannot hold what it checks for
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: head
            )
            try pipeline.addHandler(ConnectionHandler(limits, in: registry, count: metrics.countEnd))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            // Closes idle connections when the service shuts down.
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    func handle(value: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
