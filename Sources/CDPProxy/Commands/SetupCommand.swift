import ArgumentParser

/// `cdp-proxy setup`: what has to be there before the first start.
struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Make the secrets that the first start needs.",
        subcommands: [SetupSecurity.self],
        defaultSubcommand: SetupSecurity.self
    )
}
