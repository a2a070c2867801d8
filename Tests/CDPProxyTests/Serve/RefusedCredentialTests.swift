import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// Each reason is one counter increment and one log line, and the answer tells no caller more than they may know.
@Suite struct RefusedCredentialTests {
    /// A request whose credential is refused.
    struct Refused: Sendable, CustomTestStringConvertible {
        let reason: String
        var line = "GET /json/version"
        var token: String?
        var fields: [String] = []
        var environment: [String: String] = [:]
        var isUpgrade = false
        var status = 401
        /// The description that the holder of a good signature reads.
        var tells: String?

        var testDescription: String { reason }

        var allFields: [String] { (token.map { ["Authorization: Bearer \($0)"] } ?? []) + fields }
    }

    private static func edited(_ edits: KeyValuePairs<String, String?>) -> String { Tokens.edited(edits) }

    static let refusals: [Refused] = [
        Refused(reason: "missing"),
        Refused(reason: "malformed", token: "no.token"),
        Refused(reason: "malformed", token: Tokens.make() + "="),
        Refused(reason: "algorithm", token: Tokens.sign(header: #"{"alg":"HS512"}"#, payload: Tokens.payload())),
        Refused(reason: "signature", token: Tokens.make(secret: Tokens.otherSecret)),
        Refused(reason: "expired", token: edited(["exp": "1800000000"]), tells: "the token or ticket has expired"),
        Refused(reason: "not_yet_valid", token: edited(["nbf": "1800000031"]), tells: "the token is not valid yet"),
        Refused(
            reason: "issuer",
            token: edited(["iss": #""somebody""#]),
            tells: "the token was issued by somebody else"
        ),
        Refused(reason: "audience", token: edited(["aud": #""x""#]), tells: "the token is for another audience"),
        Refused(
            reason: "claims",
            token: edited(["projectId": nil]),
            tells: "a claim is missing or not of its form"
        ),
        Refused(
            reason: "session_mismatch",
            token: Tokens.make(),
            environment: ["SESSION_ID": "sess_other"],
            tells: "the token is for another session"
        ),
        Refused(
            reason: "ip_mismatch",
            token: Tokens.make { $0.ipAddress = "10.1.2.3" },
            tells: "the token is for another address"
        ),
        Refused(
            reason: "role",
            token: Tokens.make { $0.roles = ["admin"] },
            environment: ["FLYBROWSER_RBAC_ENABLED": "off"],
            status: 403,
            tells: "the token's roles do not allow this"
        ),
        Refused(reason: "api_key", fields: ["X-API-Key: flybrowser_\(String(repeating: "A", count: 43))"]),
        Refused(
            reason: "origin",
            line: "GET /",
            token: Tokens.make(),
            fields: ["Origin: https://evil.example"],
            isUpgrade: true,
            status: 403,
            tells: "the handshake came with Origin: https://evil.example, which CDP_PROXY_ALLOWED_ORIGINS does not list"
        ),
        Refused(
            reason: "secret_unavailable",
            token: Tokens.make(),
            environment: [
                "WALLCRAWLER_JWT_SIGNING_KEY": "", "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": "a-secret",
                "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
                "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1",
            ],
            status: 503
        ),
    ]

    @Test(arguments: refusals) func isCountedAndLoggedOnce(_ refused: Refused) async throws {
        try await withProxy(refused.environment) { proxy in
            let answer = try await proxy.ask(refused.line, refused.allFields, isUpgrade: refused.isUpgrade)
            #expect(answer.status == refused.status)
            #expect(proxy.chrome.requests.isEmpty)

            let metrics = try await proxy.metrics().filter { $0.key.hasPrefix("cdp_proxy_tokens_rejected_total") }
            #expect(metrics["cdp_proxy_tokens_rejected_total{reason=\"\(refused.reason)\"}"] == 1)
            #expect(metrics.values.reduce(0, +) == 1)
            let lines = proxy.log.lines("token_rejected")
            #expect(lines.count == 1)
            #expect(lines.first?["reason"] == refused.reason)
            #expect(lines.first?["peer"] == "127.0.0.1")
            #expect(lines.first?["requestId"] == answer.member("requestId")?.stringValue)
        }
    }

    @Test(arguments: refusals) func tellsOnlyWhoProvedToKnowTheSecret(_ refused: Refused) async throws {
        try await withProxy(refused.environment) { proxy in
            let answer = try await proxy.ask(refused.line, refused.allFields, isUpgrade: refused.isUpgrade)
            #expect(answer.errorDescription == refused.tells)
            #expect((answer["Retry-After"] != nil) == (refused.status == 503))
            guard refused.status == 401 else { return #expect(answer["WWW-Authenticate"] == nil) }
            #expect(answer.error == "unauthorized")
            var challenge = "Bearer realm=\"cdp-proxy\""
            if refused.reason != "missing" { challenge += ", error=\"invalid_token\"" }
            if let tells = refused.tells { challenge += ", error_description=\"\(tells)\"" }
            #expect(answer["WWW-Authenticate"] == challenge)
        }
    }

    @Test(arguments: refusals.filter { $0.token != nil }, [false, true])
    func theTokenIsNowhereToBeRead(_ refused: Refused, isInURL: Bool) async throws {
        let token = try #require(refused.token)
        try await withProxy(refused.environment) { proxy in
            let line = isInURL ? "\(refused.line)?signingKey=\(token)" : refused.line
            let fields = isInURL ? refused.fields : refused.allFields
            let answer = try await proxy.ask(line, fields, isUpgrade: refused.isUpgrade)
            let metrics = try await proxy.askAdmin("GET /metrics").text
            let log = proxy.log.lines.map(\.text).joined()
            for part in token.split(separator: ".") where part.count > 8 {
                #expect(!answer.text.contains(part) && !answer.fields.joined().contains(part))
                #expect(!metrics.contains(part))
                #expect(!log.contains(part))
            }
        }
    }
}
