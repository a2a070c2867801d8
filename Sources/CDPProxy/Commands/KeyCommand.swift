import ArgumentParser

/// `cdp-proxy key`: the API keys, from a terminal or a script.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and revoke API keys.",
        discussion: """
            An API key admits its holder to every proxy and session service that uses the same database, which \
            DATABASE_URL names (by default cdp-proxy/cdp-proxy.sqlite3 in XDG_DATA_HOME, else in /var/lib). The database \
            holds a hash of it, never the key. No secret is needed.
            """,
        subcommands: [KeyCreate.self, KeyList.self, KeyRevoke.self]
    )
}
