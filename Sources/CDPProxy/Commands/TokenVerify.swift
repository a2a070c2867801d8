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
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let trimmed = input.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        let json = try TokenVerifier.json(of: trimmed, keys: keys, sessionID: sessionID, now: now)
        return String(decoding: json.serialized(), as: UTF8.self)
    }

    /// A sentence for people, with the name of the claim at fault.
    static func explanation(of refusal: TokenFault) -> String {
        let sentence =
            switch refusal.reason {
            case .malformed: "this is no token of the form asked for"
            case .algorithm: "the token's algorithm is not HS256"
            case .signature: "the token was not signed with this key"
            default: refusal.reason.errorDescription ?? "the token is refused"
            }
        return refusal.claim.map { "\(sentence): \($0)" } ?? sentence
    }
}
