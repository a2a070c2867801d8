import ArgumentParser
import ProxyCore
import Settings

/// The program: where stored sessions are created, listed, changed and deleted over HTTP by those they belong to.
@main
struct SessionService: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session-service",
        abstract: "A REST service that keeps browser sessions, each sealed under a key of its user.",
        discussion: ServiceConfiguration.variables.helpText,
        version: ServiceVersion.text
    )

    /// Reads the configuration, opens the database and the ports, and serves until the process is told to end.
    func run() async throws {
        ProcessHardening.forbidDumps()
        ProcessHardening.ignoreBrokenPipes()
        ProcessHardening.raiseDescriptorLimit()
        try await Service(ServiceConfiguration(.process)).run()
    }
}

/// Which version this is, as `--version` and the metric `session_service_build_info` say.
enum ServiceVersion {
    /// The version by the rules of semver.org.
    static let text = "0.1.0"
}
