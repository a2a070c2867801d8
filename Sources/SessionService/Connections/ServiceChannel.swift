import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of one of the listeners: HTTP/1.1, with ``ConnectionHandler`` between the decoder and what answers.
struct ServiceChannel: HTTPChannelHandler {
    /// Who answers.
    let responder: Responder
    /// What connections are held to.
    let limits: ConnectionLimits
    /// Where they sit.
    let places: ConnectionPlaces
    /// Counts those that are ended.
    let metrics: ServiceMetrics

    /// Makes such connections of a listener that has so many places.
    static func builder(_ limits: ConnectionLimits, places: Int, _ metrics: ServiceMetrics) -> HTTPServerBuilder {
        let places = ConnectionPlaces(places)
        return HTTPServerBuilder {
            ServiceChannel(responder: $0, limits: limits, places: places, metrics: metrics)
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
                withPipeliningAssistance: false,  // requests wait in the channel's own sequence
                withErrorHandling: false,  // Hummingbird answers 400
                withOutboundHeaderValidation: false,  // HTTPTypes' fields cannot hold what it looks for
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: head
            )
            try pipeline.addHandler(ConnectionHandler(limits, in: places, count: metrics.countEnd))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            // Closes idle connections when the service ends.
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
