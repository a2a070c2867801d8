import ArgumentParser

/// `cdp-proxy setup security`: writes fresh secrets into a file that `serve --env-file` reads.
struct SetupSecurity: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "security",
        abstract: "Write fresh secrets to a file for `serve --env-file` (the default).",
        discussion: """
            The file holds the signing key, the encryption secret of stored sessions, the key of role tokens and the \
            operators' token, all of them random, and only its owner can read it. A file that is there already is never \
            written over: its secrets may be in use. No secret is printed.
            """
    )

    @Option(help: ArgumentHelp("The file to write.", valueName: "path"))
    var envFile = "cdp-proxy.env"

    @Flag(help: "Do not ask before writing.")
    var nonInteractive = false

    func validate() throws {
        guard !envFile.isEmpty, !envFile.utf8.contains(0) else { throw ValidationError("--env-file must name a file.") }
    }

    func run() throws {
        guard nonInteractive || confirmed() else {
            print("Nothing was written.", to: &StandardError.stream)
            throw ExitCode(1)
        }
        try SecretsFile.write(SecretsFile.fresh(), to: envFile)
        print(nextSteps)
    }

    /// Asks; an answer that is none is a no.
    private func confirmed() -> Bool {
        print("Write fresh secrets to \(envFile)? [Y/n] ", terminator: "", to: &StandardError.stream)
        guard let answer = readLine() else { return false }
        return ["", "y", "yes"].contains(answer.lowercased())
    }

    private var nextSteps: String {
        """
        \(envFile) (mode 0600) holds the signing key, the encryption secret, the key of role tokens and the operators' token.
        Next:
          cdp-proxy serve --env-file \(envFile)
          set -a; . \(envFile.contains("/") ? envFile : "./" + envFile); set +a
          cdp-proxy token issue --session-id sess_1 --project-id proj_1 --url ws://127.0.0.1:9223
        The second line has the commands of this shell find the secrets; keep the file as you keep a password.
        """
    }
}
