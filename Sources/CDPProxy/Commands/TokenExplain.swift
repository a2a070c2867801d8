import ArgumentParser
import ProxyCore
import Settings

/// `cdp-proxy token explain`: says what a token on standard input opens.
struct TokenExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Read a token on standard input and list what it opens: permissions, routes and CDP methods.",
        discussion: """
            A token that is refused is explained as `token verify` does. What a CDP method's parameters are looked at for is \
            named beside it; docs/policy.md says more.
            """
    )

    func run() throws {
        let keys = try CommandKeys.load()
        let gate = try GateSettings(.process)
        let input = StandardInput.read(atMost: 65_536)
        do throws(TokenFault) {
            let keys = VerificationKeys(signing: keys, role: gate.roleKey)
            print(Self.text(try TokenVerifier.powers(of: TokenVerify.trimmed(input), keys: keys, now: .now())))
        } catch {
            print(error.reason.rawValue)
            print(TokenVerify.explanation(of: error), to: &StandardError.stream)
            throw ExitCode(1)
        }
    }

    /// What the holder of these permissions may do; nil for a token without roles.
    static func text(_ permissions: PermissionSet?) -> String {
        guard let permissions else { return "It has no roles: it opens all of the browser." }
        if permissions.allows(.everything) { return "It has every permission (*): it opens all of the browser." }
        let names = permissions.permissions.map(\.rawValue)
        var lines = ["permissions: " + (names.isEmpty ? "none" : names.joined(separator: ", "))]
        guard !permissions.isDisjoint(with: .driving) else {
            return (lines + ["It is not joined to Chrome: that needs one of those that drive."]).joined(separator: "\n")
        }
        lines.append("CDP methods:")
        for (method, rule) in MethodTable.rules.sorted(by: { $0.key < $1.key })
        where rule.access.isOpen(to: permissions) {
            lines.append("  " + method + (rule.check.map { " (parameters are looked at: \($0.rawValue))" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }
}
