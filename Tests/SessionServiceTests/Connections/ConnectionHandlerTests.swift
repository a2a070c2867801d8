import NIOCore
import NIOEmbedded
import NIOHTTP1
import ProxyCore
import Synchronization
import Testing

@testable import SessionService

private func part(_ count: Int) -> HTTPServerRequestPart { .body(ByteBuffer(repeating: 0x20, count: count)) }

private func head(_ fields: String...) -> HTTPServerRequestPart { .head(.make(["Host: a"] + fields)) }

/// Stands in for closing only the write side, which `EmbeddedChannel` cannot do.
private final class HalfCloser: ChannelOutboundHandler {
    typealias OutboundIn = Never

    var isOutputClosed = false

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        isOutputClosed = true
        promise?.succeed()
    }
}

/// The reasons of closed connections.
private final class Ends: Sendable {
    private let ends = Mutex<[ConnectionEnd]>([])

    var all: [ConnectionEnd] { ends.withLock { $0 } }

    func note(_ end: ConnectionEnd) { ends.withLock { $0.append(end) } }
}

@Suite final class ConnectionHandlerTests {
    private static var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.closingBytes = 100
        return limits
    }

    /// A channel with the handler and a half-closer; the test moves its clock.
    private let channel: EmbeddedChannel
    private let halfCloser = HalfCloser()
    private let ends = Ends()
    private let registry = ConnectionRegistry(limit: 1, clock: { Instant(nanoseconds: 0) })
    private var loop: EmbeddedEventLoop { channel.embeddedEventLoop }

    init() throws {
        let handler = ConnectionHandler(Self.limits, in: registry, count: ends.note)
        channel = EmbeddedChannel(handlers: [halfCloser, handler])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Sends a whole answer and returns its head as sent.
    private func answer(_ status: HTTPResponseStatus = .ok) throws -> HTTPResponseHead? {
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        let first = try channel.readOutbound(as: HTTPServerResponsePart.self)
        #expect(try channel.readOutbound(as: HTTPServerResponsePart.self) == .end(nil))
        guard case .head(let head)? = first else { return nil }
        return head
    }

    private func ask(_ head: HTTPServerRequestPart = head()) throws {
        try channel.writeInbound(head)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
    }

    @Test func aSilentConnectionIsClosed() {
        loop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(registry.count == 0)
        #expect(ends.all == [.silent])
    }

    @Test func aUsedConnectionIsKeptLonger() throws {
        for _ in 0..<3 {
            try ask()
            #expect(try answer()?.headers.contains(name: "Connection") == false)
            loop.advanceTime(by: .seconds(74))
            #expect(channel.isActive)
        }
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(ends.all == [.idle])
    }

    @Test func aSlowBodyDoesNotExtendTheDeadline() throws {
        try channel.writeInbound(head("Content-Length: 10"))
        for _ in 0..<3 {
            loop.advanceTime(by: .seconds(19))
            try channel.writeInbound(part(1))
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(3))
        #expect(!channel.isActive)
        #expect(ends.all == [.slow])
    }

    /// The same holds when the answer comes before the rest of the body.
    @Test func aSlowRestAfterTheAnswerDoesNotExtendTheDeadline() throws {
        try channel.writeInbound(head("Content-Length: 10"))
        loop.advanceTime(by: .seconds(59))
        #expect(try answer()?.headers.contains(name: "Connection") == false)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anUnreadAnswerEndsTheConnection() throws {
        try ask()
        loop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(ends.all == [.slow])
    }

    @Test func anUnneededBodyIsDiscardedForATime() throws {
        try channel.writeInbound(head("Content-Length: 1000000"))
        #expect(try answer(.unauthorized)?.headers["Connection"] == ["close"])
        let passed = try channel.readInbound(as: HTTPServerRequestPart.self)
        #expect(passed == head("Content-Length: 1000000"))
        for _ in 0..<10 {
            loop.advanceTime(by: .seconds(2))
            try channel.writeInbound(part(10))
        }
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        #expect(halfCloser.isOutputClosed)
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
        #expect(ends.all == [.unwanted])
    }

    @Test func anUnneededBodyIsDiscardedUpToASize() throws {
        try channel.writeInbound(head("Transfer-Encoding: chunked"))
        #expect(try answer(.payloadTooLarge)?.headers["Connection"] == ["close"])
        try channel.writeInbound(part(100))
        #expect(channel.isActive)
        try channel.writeInbound(part(1))
        #expect(!channel.isActive)
        #expect(ends.all == [.unwanted])
    }

    /// The end of the client's bytes closes the connection. Malformed bytes before it do not matter.
    @Test func theConnectionClosesWhenTheClientHasFinishedSending() throws {
        try channel.writeInbound(head("Transfer-Encoding: chunked"))
        _ = try answer(.unauthorized)
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidChunkSize)
        try channel.throwIfErrorCaught()
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!channel.isActive)
        #expect(ends.all == [])
    }

    @Test func aRefusedRequestIsAnErrorForTheNextHandler() throws {
        #expect(throws: HTTPParserError.unknown) { try channel.writeInbound(head("Host: b")) }
        #expect(try answer(.badRequest)?.headers["Connection"] == ["close"])
        try channel.writeInbound(head())
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        #expect(ends.all == [.malformed])
    }

    @Test func aClientThatExpectsContinueGetsIt() throws {
        try channel.writeInbound(head("Expect: 100-Continue", "Content-Length: 1"))
        let going = try channel.readOutbound(as: HTTPServerResponsePart.self)
        #expect(going == .head(HTTPResponseHead(version: .http1_1, status: .continue)))
        try channel.writeInbound(part(1))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try answer()?.status == .ok)
    }

    @Test func aClosedConnectionIsRemovedFromTheRegistry() throws {
        #expect(registry.count == 1)
        try ask()
        _ = try channel.finish()
        #expect(registry.count == 0)
    }
}
