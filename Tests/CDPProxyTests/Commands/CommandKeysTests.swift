import ProxyCore
import Settings
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct CommandKeysTests {
    @Test func theKeyIsTheVariablesBytesUntouched() throws {
        let secret = " spaces and \u{e9} count: 32 bytes ok "
        let keys = try CommandKeys.load(Environment(["WALLCRAWLER_JWT_SIGNING_KEY": secret]))
        #expect(verifies(Tokens.make(secret: secret), keys))
    }

    @Test func theKeyIsFetchedFromWhereItIsKept() throws {
        let server = ScriptedHTTPServer { _, _ in
            .respond(
                200,
                #"{"Name":"k","VersionId":"1","SecretString":"{\"algorithm\":\"HS256\",\"signingKey\":\"\#(Tokens.secret)\"}"}"#
            )
        }
        defer { server.stop() }
        let keys = try CommandKeys.load(Environment(secretsManager(server.port)))
        #expect(verifies(Tokens.make(), keys))
        #expect(server.requests.first?.fields["x-amz-target"] == "secretsmanager.GetSecretValue")
    }

    @Test func aRefusalOfTheServiceIsToldWithoutAValue() throws {
        let server = ScriptedHTTPServer { _, _ in
            .respond(400, #"{"__type":"AccessDeniedException","Message":"arn:x"}"#)
        }
        defer { server.stop() }
        let error = #expect(throws: CommandKeyError.self) {
            try CommandKeys.load(Environment(secretsManager(server.port)))
        }
        #expect(error?.description == "The signing key cannot be fetched (denied): AccessDeniedException.")
    }

    @Test(arguments: [
        [:], ["WALLCRAWLER_JWT_SIGNING_KEY": ""], ["WALLCRAWLER_JWT_SIGNING_KEY": "thirty-one bytes are too few..."],
    ])
    func withoutAKeyTheVariableIsNamedAndNothingOfItShown(variables: [String: String]) {
        let error = #expect(throws: (any Error).self) { try CommandKeys.load(Environment(variables)) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("WALLCRAWLER_JWT_SIGNING_KEY"))
        #expect(!text.contains("thirty"))
    }

    private func verifies(_ token: String, _ keys: SigningKeys) -> Bool {
        (try? TokenVerifier.claims(of: token.utf8, keys: keys, now: Tokens.now)) != nil
    }

    private func secretsManager(_ port: UInt16) -> [String: String] {
        [
            "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": "k", "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(port)", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ]
    }
}
