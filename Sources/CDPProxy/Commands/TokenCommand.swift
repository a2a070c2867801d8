import ArgumentParser

/// `cdp-proxy token`: what can be done with signingKeys at a terminal.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Sign and check signingKey tokens.",
        subcommands: [TokenIssue.self, TokenVerify.self, TokenExplain.self]
    )
}
