import ArgumentParser
import ProxyCore
import Settings

/// `cdp-proxy serve`: runs the proxy.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the proxy (the default).",
        discussion: Configuration.variables.helpText
    )

    @Option(help: ArgumentHelp("How many threads move the frames of connections (CDP_PROXY_LOOPS).", valueName: "n"))
    var loops: String?

    @Option(
        help: ArgumentHelp(
            "A file of variables, such as `setup` writes; those that are set already win.",
            valueName: "path"
        )
    )
    var envFile: String?

    /// Reads the configuration, opens the ports and serves until the process is told to end.
    func run() throws {
        ProcessHardening.forbidDumps()
        ProcessHardening.ignoreBrokenPipes()
        ProcessHardening.ignoreEarlySignals()
        ProcessHardening.raiseDescriptorLimit()
        let passed = try PassedSockets.take()
        let environment = try EnvironmentSource.environment(envFile: envFile)
        let configuration = try Configuration(environment.with("CDP_PROXY_LOOPS", loops), passed)
        try onLoop { loop in try await ProxyServer(configuration, on: loop).run() }
    }
}
