import ArgumentParser
import ProxyCore

/// `cdp-proxy health`: asks the running proxy's admin listener, for a HEALTHCHECK in an image without curl.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Exit 0 when the running proxy is healthy: it answers, and so does Chrome.",
        discussion: "Asks at CDP_PROXY_ADMIN_LISTEN."
    )

    func run() throws {
        let address = try ListenSettings(.process).adminListen.resolved()
        let status = try onLoop { loop in try await Self.status(at: address, on: loop) }
        guard status == HTTPStatus.ok.code else { throw ExitCode(1) }
    }

    /// The status of `GET /health`; nil when nobody answers within Chrome's own patience.
    private static func status(at address: SocketAddress, on loop: EventLoop) async throws -> UInt16? {
        // The admin listener takes the same plain requests as Chrome does, with a loopback `Host`.
        try? await ChromeEndpoint(at: address, on: loop).ask("GET", "/health".utf8).status
    }
}
