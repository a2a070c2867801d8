import ArgumentParser
import ProxyCore
import Settings

/// The program: users create, list, change and delete their stored sessions over HTTP.
@main
struct SessionService: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session-service",
        abstract: "A REST service that keeps browser sessions, each sealed under a key of its user.",
        discussion: ServiceConfiguration.variables.helpText,
        version: ServiceVersion.text
    )

    /// Reads the configuration, opens the database and the ports, and serves until SIGTERM or SIGINT.
    func run() async throws {
        ProcessHardening.forbidDumps()
        ProcessHardening.ignoreBrokenPipes()
        ProcessHardening.raiseDescriptorLimit()
        try await Service(ServiceConfiguration(.process)).run()
    }
}
