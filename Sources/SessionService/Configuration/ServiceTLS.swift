import NIOSSL
import Settings

/// The certificate and key of the users' listener.
enum ServiceTLS {
    /// Reads both files; nil when neither is configured.
    static func read(_ environment: Environment) throws(ConfigurationError) -> TLSConfiguration? {
        let certificate = try environment.optional(certificateVariable)
        let key = try environment.optional(keyVariable)
        guard let certificate, let key else {
            if certificate != nil { throw .missing(keyVariable.description, because: "SESSION_TLS_CERT is") }
            if key != nil { throw .missing(certificateVariable.description, because: "SESSION_TLS_KEY is") }
            return nil
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificate.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        // Finds a mismatched or weak pair now, and not at the first client.
        guard (try? NIOSSLContext(configuration: configuration)) != nil else {
            throw ConfigurationError(
                variable: "SESSION_TLS_KEY",
                description: "SESSION_TLS_KEY must be the key of the certificate in SESSION_TLS_CERT."
            )
        }
        return configuration
    }

    /// The variables in the order of the help.
    static let variables = [certificateVariable.description, keyVariable.description]

    private static let certificateVariable = Variable(
        "SESSION_TLS_CERT",
        in: .listeners,
        expected: "a PEM file with the certificate and its chain",
        help: "The certificate chain of the users' listener, a PEM file; without it the service speaks plain HTTP.",
        parse: { path -> [NIOSSLCertificate]? in
            guard let chain = try? NIOSSLCertificate.fromPEMFile(path), !chain.isEmpty else { return nil }
            return chain
        }
    )
    private static let keyVariable = Variable(
        "SESSION_TLS_KEY",
        in: .listeners,
        expected: "a PEM file with the certificate's private key, without a passphrase",
        help: "The private key of the certificate, a PEM file.",
        parse: { try? NIOSSLPrivateKey(file: $0, format: .pem) }
    )
}
