import ProxyCore
import Settings

/// What `connect` is told by its options, checked.
struct ConnectSettings: Sendable {
    /// The proxy it leads to.
    let upstream: UpstreamURL
    /// Where its local listener is: a port of loopback, 0 for any.
    let listen: SocketAddress
    /// TLS to the proxy; nil without.
    let tls: TLSClient?

    /// The options as they were typed.
    struct Options: Sendable {
        var url: String
        var listen: String
        var authorities: String?
        var certificate: String?
        var key: String?
    }

    /// Checks the options.
    init(_ options: Options, now: Timestamp) throws(StartError) {
        do throws(UpstreamURLFault) {
            upstream = try UpstreamURL(options.url)
        } catch {
            throw StartError(description: "\(error)")
        }
        listen = try Self.loopback(options.listen)
        tls = try Self.client(of: upstream, options, now)
    }

    /// The variable that holds the credential.
    static let token = Variable<String>(
        "CDP_PROXY_TOKEN",
        in: VariableSection("Connect"),
        expected: "a token or an API key",
        help: "The credential that `cdp-proxy connect` adds to what it forwards.",
        parse: { $0 }
    )

    /// Every client that reaches the listener uses the credential, so only this machine's may.
    private static func loopback(_ text: String) throws(StartError) -> SocketAddress {
        guard case .tcp(let host, _)? = ListenAddress(text), IPAddress(host)?.isLoopback == true,
            let address = ListenAddress(text)?.socketAddress
        else {
            throw StartError(
                description: "--listen: it must be a loopback address and a port, such as 127.0.0.1:9222 or [::1]:0."
            )
        }
        return address
    }

    private static func client(
        of upstream: UpstreamURL,
        _ options: Options,
        _ now: Timestamp
    ) throws(StartError) -> TLSClient? {
        guard upstream.isSecure else {
            let named = [("--ca", options.authorities), ("--cert", options.certificate), ("--key", options.key)]
            for (option, value) in named where value != nil {
                throw StartError(description: "\(option): the URL must begin with wss:// or https:// for it.")
            }
            return nil
        }
        guard (options.certificate == nil) == (options.key == nil) else {
            throw StartError(description: "--cert and --key must be given together.")
        }
        let identity = options.certificate.flatMap { certificate in
            options.key.map { TLSIdentity(certificate: certificate, key: $0) }
        }
        do throws(TLSSetupError) {
            let host = upstream.authority.bareHost
            let client = try TLSClient(of: host, trusting: options.authorities, as: identity)
            if let until = client.validUntil, until <= now { throw TLSSetupError.expired }
            return client
        } catch {
            throw StartError(description: "\(error.option): \(error.sentence)")
        }
    }
}

extension TLSSetupError {
    /// The option that names the file at fault.
    fileprivate var option: String {
        switch self {
        case .certificate, .expired: "--cert"
        case .key, .encryptedKey, .mismatch: "--key"
        case .authorities: "--ca"
        case .missingLibrary, .other: "wss"
        }
    }
}
