import ArgumentParser

/// `cdp-proxy session`: the stored sessions, from a terminal or a script.
struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Import, show and export stored browser sessions.",
        discussion: """
            A stored session is a Playwright storageState, sealed under a key of its user's own. DATABASE_URL names \
            the database (by default cdp-proxy/cdp-proxy.sqlite3 in XDG_DATA_HOME, else in /var/lib); the key comes \
            from SESSION_ENCRYPTION_SECRET, or from SESSION_USER_KEY for one user.
            """,
        subcommands: [
            SessionImport.self, SessionList.self, SessionShow.self, SessionExport.self, SessionDelete.self,
        ]
    )
}
