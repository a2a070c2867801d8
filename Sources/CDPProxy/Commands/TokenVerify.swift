import ArgumentParser
import ProxyCore
import Settings

/// `cdp-proxy token verify`: says whether a token on standard input is good now.
struct TokenVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read a token on standard input and print its claims as JSON.",
        discussion: """
            A token that is refused has its reason printed instead, with an explanation on standard error, and the \
            command exits with 1. With SESSION_ID set, only a token for that session is good. With FLYBROWSER_JWT_SECRET set, \
            role tokens are good too. What depends on the caller (its address, whether the token was used) is not checked.
            """
    )

    func run() throws {
        let keys = try CommandKeys.load()
        let gate = try GateSettings(.process)
        let input = StandardInput.read(atMost: 65_536)
        do throws(TokenFault) {
            let keys = VerificationKeys(signing: keys, role: gate.roleKey)
            print(try Self.claims(in: input, keys: keys, sessionID: gate.sessionID, now: .now()))
        } catch {
            print(error.reason.rawValue)
            print(Self.explanation(of: error), to: &StandardError.stream)
            throw ExitCode(1)
        }
    }

    /// The claims of the token in `input` as JSON; white space around it does not count.
    static func claims(
        in input: [UInt8],
        keys: VerificationKeys,
        sessionID: String? = nil,
        now: Timestamp
    ) throws(TokenFault) -> String {
        let json = try TokenVerifier.json(of: trimmed(input), keys: keys, sessionID: sessionID, now: now)
        return String(decoding: json.serialized(), as: UTF8.self)
    }

    /// The input without the white space around it.
    static func trimmed(_ input: [UInt8]) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return input.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    }

    /// What is wrong, with the name of the claim at fault, and what would mend it: one sentence for people.
    static func explanation(of refusal: TokenFault) -> String {
        let fault = fault(refusal.reason)
        return (refusal.claim.map { "\(fault): \($0)" } ?? fault) + "; " + remedy(refusal)
    }

    private static func fault(_ reason: CredentialRejection) -> String {
        switch reason {
        case .malformed: "this is no token of the form asked for"
        case .algorithm: "the token's algorithm is not HS256"
        case .signature: "the token was not signed with this key"
        default: reason.errorDescription ?? "the token is refused"
        }
    }

    private static func remedy(_ refusal: TokenFault) -> String {
        switch refusal.reason {
        case .malformed: "pass on all of it, three base64url segments without padding, and name no member twice"
        case .algorithm: "sign it with HS256"
        case .signature:
            "sign it with the key that the proxy has, and compare WALLCRAWLER_JWT_SIGNING_KEY or the secret's version"
        case .expired: "issue a new one, and compare the clocks"
        case .notYetValid: "wait, or compare the clocks"
        case .issuer: "set iss to \(TokenClaims.issuer)"
        case .audience: "have aud contain \(TokenClaims.audience)"
        case .claims where refusal.claim == "sub": "set sub to the same as sessionId"
        case .claims where refusal.claim == "permissions": "give it roles, which permissions narrow"
        case .claims: "set that claim to a value of its type"
        case .sessionMismatch: "issue it for the session in SESSION_ID, or show it to that session's container"
        default: "issue a new one"
        }
    }
}
