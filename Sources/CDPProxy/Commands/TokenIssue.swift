import ArgumentParser
import FoundationEssentials
import ProxyCore
import Settings

/// `cdp-proxy token issue`: signs a token and prints it, or the whole connectUrl.
struct TokenIssue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Sign a token and print it, or with --url the whole connectUrl.",
        discussion: """
            The key comes from the environment (WALLCRAWLER_JWT_SIGNING_KEY), never from an option. Without --session-id and \
            --project-id, but with --user-id and --role, it is a role token, signed with FLYBROWSER_JWT_SECRET: good for a whole \
            fleet and no browser session of its own.
            """
    )

    @Option(help: ArgumentHelp("The browser session the token is for.", valueName: "sess_…"))
    var sessionID: String?

    @Option(help: ArgumentHelp("The project the session belongs to.", valueName: "proj_…"))
    var projectID: String?

    @Option(help: ArgumentHelp("The user whose stored sessions may be asked for.", valueName: "user"))
    var userID: String?

    @Option(help: ArgumentHelp("The stored session to find in the browser; needs --user-id.", valueName: "name-or-id"))
    var browserSession: String?

    @Option(help: ArgumentHelp("A role (admin, operator, viewer); may be repeated.", valueName: "role"))
    var role: [String] = []

    @Option(help: ArgumentHelp("All that the roles are to allow; may be repeated.", valueName: "sessions.…"))
    var permission: [String] = []

    @Option(help: ArgumentHelp("How long the token lasts, such as 30s, 5m or 1h.", valueName: "duration"))
    var ttl: TimeToLive = .standard

    @Option(help: ArgumentHelp("For how long a connection's client may send no message.", valueName: "duration"))
    var maxIdle: TimeToLive?

    @Option(help: ArgumentHelp("How long a connection may last.", valueName: "duration"))
    var maxSeconds: TimeToLive?

    @Option(
        help: ArgumentHelp("The only address the token may be used from.", valueName: "address"),
        transform: Self.address
    )
    var ipAddress: IPAddress?

    @Option(help: ArgumentHelp("Where the proxy is (ws://HOST:9223): print the connectUrl.", valueName: "url"))
    var url: ConnectURL?

    func validate() throws {
        guard sessionID != nil || projectID != nil else { return try validateRoleToken() }
        guard sessionID?.isEmpty == false else { throw ValidationError("--session-id must be there, and not empty.") }
        guard projectID?.isEmpty == false else { throw ValidationError("--project-id must be there, and not empty.") }
        guard browserSession == nil || userID?.isEmpty == false else {
            throw ValidationError("--browser-session needs --user-id: a stored session belongs to a user.")
        }
        guard permission.isEmpty || !role.isEmpty else {
            throw ValidationError("--permission needs --role: permissions narrow what a role allows.")
        }
    }

    private func validateRoleToken() throws {
        guard userID?.isEmpty == false, !role.isEmpty else {
            throw ValidationError(
                "--session-id and --project-id are missing; or, for a role token, --user-id and --role."
            )
        }
        guard browserSession == nil, ipAddress == nil else {
            throw ValidationError(
                "--browser-session and --ip-address need --session-id: a role token has no such claim."
            )
        }
    }

    func run() throws {
        print(
            try text(now: .now()) { isRoleToken in
                guard isRoleToken else { return try CommandKeys.load().current }
                guard let key = try GateSettings(.process).roleKey else { throw CommandKeyError.noRoleKey }
                return key
            }
        )
    }

    /// The output: the token, or the connectUrl with it. `key` gives the key of a role token, or of the other shape.
    func text(now: Timestamp, signedWith key: (_ isRoleToken: Bool) throws -> SigningKey) rethrows -> String {
        let token =
            if let sessionID, let projectID {
                claims(sessionID, projectID, now: now).signed(with: try key(false))
            } else {
                roleClaims(now: now).signed(with: try key(true))
            }
        return url?.text(with: token) ?? token
    }

    private static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw ValidationError("it must be an IPv4 or IPv6 address.") }
        return address
    }

    /// The claims, in whole seconds, with an id of their own by which the token can be told.
    private func claims(_ sessionID: String, _ projectID: String, now: Timestamp) -> TokenClaims {
        let issued = now.wholeSecond
        var claims = TokenClaims(sessionID: sessionID, projectID: projectID, expiresAt: issued + ttl.duration)
        claims.issuedAt = issued
        claims.tokenID = UUID().uuidString.lowercased()
        claims.userID = userID
        claims.browserSession = browserSession
        claims.roles = role.isEmpty ? nil : role
        claims.permissions = permission.isEmpty ? nil : permission
        claims.maxIdle = maxIdle?.duration
        claims.maxSeconds = maxSeconds?.duration
        claims.ipAddress = ipAddress?.description
        return claims
    }

    private func roleClaims(now: Timestamp) -> RoleClaims {
        let issued = now.wholeSecond
        var claims = RoleClaims(userID: userID ?? "", roles: role, expiresAt: issued + ttl.duration)
        claims.issuedAt = issued
        claims.tokenID = UUID().uuidString.lowercased()
        claims.permissions = permission.isEmpty ? nil : permission
        return claims
    }
}
