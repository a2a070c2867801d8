import ArgumentParser
import FoundationEssentials
import ProxyCore

/// `cdp-proxy token issue`: signs a token and prints it, or the whole connectUrl.
struct TokenIssue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Sign a token and print it, or with --url the whole connectUrl.",
        discussion: "The key comes from the environment (WALLCRAWLER_JWT_SIGNING_KEY), never from an option."
    )

    @Option(help: ArgumentHelp("The browser session the token is for.", valueName: "sess_…"))
    var sessionID: String

    @Option(help: ArgumentHelp("The project the session belongs to.", valueName: "proj_…"))
    var projectID: String

    @Option(help: ArgumentHelp("The user whose stored sessions may be asked for.", valueName: "user"))
    var userID: String?

    @Option(help: ArgumentHelp("The stored session to find in the browser; needs --user-id.", valueName: "name-or-id"))
    var browserSession: String?

    @Option(help: ArgumentHelp("A role; may be repeated. This version refuses tokens with roles.", valueName: "role"))
    var role: [String] = []

    @Option(help: ArgumentHelp("How long the token lasts, such as 30s, 5m or 1h.", valueName: "duration"))
    var ttl: TimeToLive = .standard

    @Option(
        help: ArgumentHelp("The only address the token may be used from.", valueName: "address"),
        transform: Self.address
    )
    var ipAddress: IPAddress?

    @Option(help: ArgumentHelp("Where the proxy is (ws://HOST:9223): print the connectUrl.", valueName: "url"))
    var url: ConnectURL?

    func validate() throws {
        guard !sessionID.isEmpty else { throw ValidationError("--session-id must not be empty.") }
        guard !projectID.isEmpty else { throw ValidationError("--project-id must not be empty.") }
        guard browserSession == nil || userID?.isEmpty == false else {
            throw ValidationError("--browser-session needs --user-id: a stored session belongs to a user.")
        }
    }

    func run() throws {
        let keys = try CommandKeys.load()
        print(text(signedWith: keys.current, now: .now()))
    }

    /// The output: the token, or the connectUrl with it.
    func text(signedWith key: SigningKey, now: Timestamp) -> String {
        let token = claims(now: now).signed(with: key)
        return url?.text(with: token) ?? token
    }

    private static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw ValidationError("it must be an IPv4 or IPv6 address.") }
        return address
    }

    /// The claims, in whole seconds, with an id of their own by which the token can be told.
    private func claims(now: Timestamp) -> TokenClaims {
        let issued = now.wholeSecond
        var claims = TokenClaims(sessionID: sessionID, projectID: projectID, expiresAt: issued + ttl.duration)
        claims.issuedAt = issued
        claims.tokenID = UUID().uuidString.lowercased()
        claims.userID = userID
        claims.browserSession = browserSession
        claims.roles = role.isEmpty ? nil : role
        claims.ipAddress = ipAddress?.description
        return claims
    }
}
