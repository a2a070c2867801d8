import ArgumentParser
import ProxyCore
import Settings

/// `cdp-proxy health`: asks the running proxy whether it is healthy, for a HEALTHCHECK in an image without curl.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Exit with 0 when the running proxy is healthy, with 1 when it is not.",
        discussion: "Asks GET /health at CDP_PROXY_ADMIN_LISTEN and waits 3 seconds for the answer."
    )

    /// How long the answer may take.
    static let timeout = Duration.seconds(3)

    func run() throws {
        let settings = try ListenSettings(.process)
        let address = settings.adminListen
        let tls = settings.adminTLS == nil ? nil : TLSClient.local()
        let status = try? onLoop { loop in try await Self.status(at: address, over: tls, on: loop) }
        guard status == HTTPStatus.ok.code else {
            let answer = status.map { "answered \($0)" } ?? "did not answer"
            print("The proxy at \(address) \(answer).", to: &StandardError.stream)
            throw ExitCode(1)
        }
    }

    /// The status of `GET /health` at a listener's address.
    static func status(
        at address: ListenAddress,
        over tls: TLSClient?,
        on loop: EventLoop
    ) async throws -> UInt16? {
        guard let target = address.reachable else { return nil }
        let deadline = Instant.now() + timeout
        let stream =
            if let tls {
                try await TCPStream.connect(to: target, on: loop, deadline: deadline, with: tls)
            } else {
                try await TCPStream.connect(to: target, on: loop, deadline: deadline)
            }
        defer { stream.close() }
        stream.setDeadline(.now() + timeout)
        if tls != nil { try await stream.shakeHands() }
        try await stream.write(Array("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        var parser = ResponseHeadParser()
        var received: [UInt8] = []
        while try await stream.read(appendingTo: &received) > 0 {
            if let head = try parser.parse(received.span) { return head.status }
        }
        return nil
    }
}

extension ListenAddress {
    /// Where a listener is found from this machine: one that listens at every address, at loopback.
    fileprivate var reachable: SocketAddress? {
        switch self {
        case .tcp("0.0.0.0", let port): SocketAddress(host: "127.0.0.1", port: port)
        case .tcp("::", let port): SocketAddress(host: "::1", port: port)
        case .tcp, .unix: socketAddress
        }
    }
}
