import ArgumentParser

/// The program: a guarded way to the Chrome beside it.
@main
struct CDPProxy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cdp-proxy",
        abstract: "An authenticated proxy in front of Chrome's DevTools port.",
        version: ProductVersion.text,
        subcommands: [
            ServeCommand.self, SetupCommand.self, TokenCommand.self, KeyCommand.self, SessionCommand.self,
            ConnectCommand.self, HealthCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )
}
