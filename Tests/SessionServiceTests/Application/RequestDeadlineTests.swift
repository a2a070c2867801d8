import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import SessionService

private func head(_ fields: HTTPFields = [:]) -> HTTPRequestPart {
    .head(HTTPRequest(method: .post, scheme: "http", authority: "h", path: "/", headerFields: fields))
}

private func part(_ count: Int) -> HTTPRequestPart { .body(ByteBuffer(repeating: 0x20, count: count)) }

@Suite final class RequestDeadlineTests {
    /// A channel with nothing in it but the deadline, whose clock the test moves.
    private let channel = EmbeddedChannel(handler: RequestDeadline(patience: .seconds(60), bodyLimit: 10))

    init() throws {
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test func aConnectionWithoutARequestIsClosed() throws {
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func whoDripsABodyGainsNoTime() throws {
        channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        try channel.writeInbound(head())
        for _ in 0..<2 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(14))
            try channel.writeInbound(part(1))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func aWholeRequestStartsTheClockAnew() throws {
        for _ in 0..<3 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
            try channel.writeInbound(head())
            try channel.writeInbound(part(10))
            try channel.writeInbound(HTTPRequestPart.end(nil))
        }
        #expect(channel.isActive)
    }

    @Test func aBodyNobodyWouldReadEndsTheConnection() throws {
        try channel.writeInbound(head())
        try channel.writeInbound(part(10))
        #expect(channel.isActive)
        try channel.writeInbound(part(1))
        #expect(!channel.isActive)
    }

    @Test func whoWaitsForAContinueIsToldToGoOn() throws {
        try channel.writeInbound(head([.expect: "100-Continue"]))
        let answer = try channel.readOutbound(as: HTTPResponsePart.self)
        #expect(answer == .head(HTTPResponse(status: .continue)))
        try channel.writeInbound(head())
        #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    }

    @Test func whoNamesNoHostIsToldTheEndByTheEnd() throws {
        let request = HTTPRequest(method: .get, scheme: "http", authority: nil, path: "/")
        try channel.writeInbound(HTTPRequestPart.head(request))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(!channel.isActive)
    }
}
