import ArgumentParser
import ProxyCore
import Settings

/// `cdp-proxy connect URL`: a listener on loopback for tools that can send no credential.
struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Listen on loopback for tools that can send no credential, and add it.",
        discussion: """
            ChromeDriver's debuggerAddress and Puppeteer's browserURL take a host and a port. Give them the listener's: it \
            forwards /json and WebSockets to the proxy at URL, with the credential, and its answers lead back to the listener. \
            Once it listens, it prints its address on standard output.

            The credential is a token or an API key. It comes from CDP_PROXY_TOKEN, or from --token-file, which is read again \
            when the file changes; never from the URL. Every user of this machine can use the listener while it runs; web \
            pages cannot.

            Over wss:// the proxy's certificate must be for the URL's host, and lead to an authority that the system trusts, or \
            to one of --ca. While the proxy cannot be reached, or is not who it should be, tools get 502.
            """
    )

    @Argument(help: ArgumentHelp("The proxy: wss://HOST[:PORT], or with ws, https or http.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("The loopback address to listen at; port 0 is any.", valueName: "address"))
    var listen = "127.0.0.1:9222"

    @Option(help: ArgumentHelp("A file that holds the credential; - is standard input.", valueName: "path"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("The authorities to trust instead of the system's, in PEM.", valueName: "path"))
    var ca: String?

    @Option(help: ArgumentHelp("A certificate to show, with its chain, in PEM.", valueName: "path"))
    var cert: String?

    @Option(help: ArgumentHelp("Its private key without a passphrase, in PEM.", valueName: "path"))
    var key: String?

    /// Listens and serves until the process is told to end.
    func run() throws {
        ProcessHardening.forbidDumps()
        ProcessHardening.ignoreBrokenPipes()
        ProcessHardening.raiseDescriptorLimit()
        let options = ConnectSettings.Options(url: url, listen: listen, authorities: ca, certificate: cert, key: key)
        let settings = try ConnectSettings(options, now: .now())
        let source = UpstreamCredential.Source(tokenFile: tokenFile)
        try onLoop { loop in
            let notices = Notices { print($0, to: &StandardError.stream) }
            let authority = settings.upstream.authority
            let credential = try UpstreamCredential(from: source, for: authority, .process, notices)
            try await ConnectServer(settings, credential, notices, on: loop).run(at: settings.listen) { address in
                _ = LineOutput(borrowing: 1).write(Array("\(address)\n".utf8))
            }
        }
    }
}
