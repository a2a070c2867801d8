import Glibc
import TestSupport
import Testing

@testable import ProxyCore

private typealias Outcome = Result<HTTPSResponse, HTTPSFailure>

/// Sends requests from a loop.
private actor Sender {
    private let loop: EventLoop

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// Sends a request, and closes the client when it is answered or after `patience`.
    func send(_ request: HTTPSRequest, patience: Duration) async -> Outcome {
        let client = HTTPSClient(on: loop)
        let closer = LoopTimer { client.close() }
        loop.schedule(closer, at: loop.now + patience)
        defer {
            loop.cancel(closer)
            client.close()
        }
        do throws(HTTPSFailure) { return .success(try await client.send(request)) } catch { return .failure(error) }
    }
}

/// Sends a request from a loop of its own and gives the outcome.
private func outcome(of request: HTTPSRequest, patience: Duration = .seconds(60)) async throws -> Outcome {
    try await withLoop { resident in
        await Sender(resident.perform { $0 }).send(request, patience: patience)
    }
}

private func url(_ server: ScriptedHTTPServer, _ path: String = "/") throws -> EndpointURL {
    try #require(EndpointURL("http://127.0.0.1:\(server.port)\(path)"))
}

/// A socket that connects and says nothing.
private final class LoopbackClient {
    private let socket: Descriptor

    init(to address: SocketAddress) throws {
        socket = try Descriptor.streamSocket(family: AF_INET)
        try socket.connect(to: address)
    }
}

@Suite struct HTTPSClientTests {
    @Test func sendsWhatItIsGivenAndTakesTheWholeAnswer() async throws {
        let body = String(repeating: "x", count: 100_000)
        let server = ScriptedHTTPServer { _, _ in .respond(207, body) }
        defer { server.stop() }
        var request = HTTPSRequest("POST", try url(server, "/a?b=c"))
        request.fields = [(name: "X-Field", value: "value"), (name: "Content-Type", value: "text/plain")]
        request.body = Array("a\0b".utf8)
        let response = try await outcome(of: request).get()
        #expect(response.status == 207)
        #expect(response.body == Array(body.utf8))
        let received = try #require(server.requests.first)
        #expect(received.line == "POST /a?b=c HTTP/1.1")
        #expect(received.fields["x-field"] == "value")
        #expect(received.fields["content-type"] == "text/plain")
        #expect(received.fields["host"] == "127.0.0.1:\(server.port)")
        #expect(received.body == "a\0b")
        #expect(server.requests.count == 1)
    }

    @Test func putsWithoutABody() async throws {
        let server = ScriptedHTTPServer { _, _ in .respond(200, "token") }
        defer { server.stop() }
        _ = try await outcome(of: HTTPSRequest("PUT", try url(server))).get()
        #expect(server.requests.first?.line == "PUT / HTTP/1.1")
    }

    @Test func signsWithTheSessionToken() async throws {
        let server = ScriptedHTTPServer { _, _ in .respond(200, "{}") }
        defer { server.stop() }
        var request = HTTPSRequest("POST", try url(server))
        request.body = Array("{}".utf8)
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: SecretBytes(utf8: "se:cret/+="),
            sessionToken: SecretBytes(utf8: "to/ken+="),
            expiration: nil
        )
        request.signature = HTTPSRequest.Signature(
            credentials: credentials,
            service: "secretsmanager",
            region: "eu-west-1"
        )
        _ = try await outcome(of: request).get()
        let fields = try #require(server.requests.first?.fields)
        let authorization = try #require(fields["authorization"])
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
        #expect(authorization.contains("/eu-west-1/secretsmanager/aws4_request"))
        #expect(authorization.contains("x-amz-security-token"))
        #expect(fields["x-amz-security-token"] == "to/ken+=")
        #expect(!server.requests.contains { "\($0)".contains("se:cret") })
    }

    @Test func doesNotFollowARedirect() async throws {
        let server = ScriptedHTTPServer { _, _ in
            .raw("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        #expect(try await outcome(of: HTTPSRequest("GET", try url(server))).get().status == 302)
        #expect(server.requests.count == 1)
    }

    @Test func takesNoMoreThanTheLimit() async throws {
        let server = ScriptedHTTPServer { _, _ in .respond(200, String(repeating: "x", count: 1001)) }
        defer { server.stop() }
        var request = HTTPSRequest("GET", try url(server))
        request.bodyLimit = 1001
        #expect(try await outcome(of: request).get().body.count == 1001)
        request.bodyLimit = 1000
        #expect(try await outcome(of: request) == .failure(.tooLong))
    }

    @Test func givesUpAtTheDeadline() async throws {
        let server = ScriptedHTTPServer { _, _ in .hang }
        defer { server.stop() }
        var request = HTTPSRequest("GET", try url(server))
        request.deadline = .milliseconds(50)
        #expect(try await outcome(of: request) == .failure(.deadline))
    }

    @Test(arguments: [("", HTTPSFailure.malformed), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", .malformed)])
    func refusesHalfAnAnswer(text: String, expected: HTTPSFailure) async throws {
        let server = ScriptedHTTPServer { _, _ in .raw(text) }
        defer { server.stop() }
        #expect(try await outcome(of: HTTPSRequest("GET", try url(server))) == .failure(expected))
    }

    @Test func saysWhenNoServerListens() async throws {
        let server = ScriptedHTTPServer { _, _ in .hang }
        let address = try url(server)
        server.stop()
        #expect(try await outcome(of: HTTPSRequest("GET", address)) == .failure(.unconnected))
    }

    /// libcurl gives the socket up before it says so.
    @Test func givesUpAConnectionThatIsNotMade() async throws {
        let deaf = try Descriptor.streamSocket(family: AF_INET)
        try deaf.listen(at: try #require(SocketAddress(host: "127.0.0.1", port: 0)), backlog: 0)
        let address = deaf.boundAddress()
        // Those fill the queue of one that never accepts; a later connection gets no answer.
        let waiting = try (0..<4).map { _ in try LoopbackClient(to: address) }
        var request = HTTPSRequest("GET", try #require(EndpointURL("http://127.0.0.1:\(address.port)/")))
        request.deadline = .milliseconds(200)
        #expect(try await outcome(of: request) == .failure(.deadline))
        withExtendedLifetime(waiting) {}
    }

    @Test func trustsNoServerThatSpeaksNoTLS() async throws {
        let server = ScriptedHTTPServer { _, _ in .respond(200, "") }
        defer { server.stop() }
        let address = try #require(EndpointURL("https://127.0.0.1:\(server.port)/"))
        var request = HTTPSRequest("GET", address)
        request.deadline = .milliseconds(500)
        let failure = try await outcome(of: request)
        #expect([.failure(.untrusted), .failure(.deadline)].contains(failure))
        #expect(server.requests.isEmpty)
    }

    @Test func refusesALineBreakInAField() async throws {
        let server = ScriptedHTTPServer { _, _ in .respond(200, "") }
        defer { server.stop() }
        var request = HTTPSRequest("GET", try url(server))
        request.fields = [(name: "X-Field", value: "a\r\nX-Other: b")]
        let result = try await outcome(of: request)
        #expect(throws: HTTPSFailure.self) { try result.get() }
        #expect(server.requests.isEmpty)
    }

    @Test func endsWhatIsUnderWayWhenItIsClosed() async throws {
        let server = ScriptedHTTPServer { _, _ in .hang }
        defer { server.stop() }
        let request = HTTPSRequest("GET", try url(server))
        #expect(try await outcome(of: request, patience: .milliseconds(30)) == .failure(.closed))
    }
}
