import ProxyCore
import Settings

/// The files by which a listener speaks TLS.
struct TLSSettings: Sendable {
    /// The files.
    let files: TLSFiles
    /// The variables that name them: an error names the one to mend.
    let variables: TLSVariables

    /// Reads the settings of a listener; nil when it speaks no TLS.
    init?(_ environment: Environment, _ variables: TLSVariables) throws(ConfigurationError) {
        let certificate = try environment.optional(variables.certificate)
        let key = try environment.optional(variables.key)
        let authorities = try environment.optional(variables.clientAuthorities)
        let authentication = try environment.optional(variables.clientAuthentication)
        guard let certificate else {
            let others = [(variables.key.description, key), (variables.clientAuthorities.description, authorities)]
            for (variable, value) in others where value != nil {
                throw .missing(variables.certificate.description, because: "\(variable.name) is")
            }
            guard authentication == nil else { throw variables.authenticationAlone }
            return nil
        }
        guard let key else {
            throw .missing(variables.key.description, because: "\(variables.certificate.description.name) is")
        }
        guard authorities != nil || authentication == nil else { throw variables.authenticationAlone }
        files = TLSFiles(
            certificate: certificate,
            key: key,
            clientAuthorities: authorities,
            clientAuthentication: authentication ?? .require
        )
        self.variables = variables
    }
}

/// The variables of one listener's TLS.
struct TLSVariables: Sendable {
    let certificate: Variable<String>
    let key: Variable<String>
    let clientAuthorities: Variable<String>
    let clientAuthentication: Variable<TLSClientAuthentication>

    /// Those of the clients' listener.
    static let clients = TLSVariables("CDP_PROXY_TLS", "clients")
    /// Those of the admin listener.
    static let operators = TLSVariables("CDP_PROXY_ADMIN_TLS", "operators")

    private init(_ prefix: String, _ whom: String) {
        certificate = Self.file(
            prefix + "_CERT",
            "The certificate for \(whom), with its chain behind it, in PEM: TLS is on."
        )
        key = Self.file(prefix + "_KEY", "Its private key, in PEM, without a passphrase.")
        clientAuthorities = Self.file(
            prefix + "_CLIENT_CA",
            "The authorities that certificates of \(whom) must lead to, in PEM."
        )
        clientAuthentication = Variable(
            prefix + "_CLIENT_AUTH",
            in: .listeners,
            expected: "require or request",
            help:
                "Whether \(whom) must show a certificate, or may; by default they must, once \(prefix)_CLIENT_CA is set.",
            parse: { TLSClientAuthentication(rawValue: $0) }
        )
    }

    private static func file(_ name: String, _ help: String) -> Variable<String> {
        Variable(
            name,
            in: .listeners,
            expected: "the absolute path of a file in PEM",
            help: help,
            parse: { $0.hasPrefix("/") && !$0.hasSuffix("/") ? VariableParsing.printable($0) : nil }
        )
    }

    /// As they are listed.
    var descriptions: [VariableDescription] {
        [certificate.description, key.description, clientAuthorities.description, clientAuthentication.description]
    }

    /// Whether a certificate is asked for says nothing without who may sign one.
    fileprivate var authenticationAlone: ConfigurationError {
        .missing(clientAuthorities.description, because: "\(clientAuthentication.description.name) is")
    }

    /// Which variable names the file at fault.
    func name(of error: TLSSetupError) -> String {
        switch error {
        case .certificate, .expired, .missingLibrary, .other: certificate.description.name
        case .key, .encryptedKey, .mismatch: key.description.name
        case .authorities: clientAuthorities.description.name
        }
    }
}

extension TLSSetupError {
    /// What is wrong, as the end of a sentence that begins with the variable.
    var sentence: String {
        switch self {
        case .missingLibrary: "TLS needs libssl.so.3 (Debian: libssl3), which is not installed."
        case .certificate: "the file cannot be read, or holds no certificate in PEM."
        case .key: "the file cannot be read, or holds no private key in PEM."
        case .encryptedKey: "the key has a passphrase; `openssl pkey` writes it without."
        case .mismatch: "the key is not the certificate's."
        case .authorities: "the file cannot be read, or holds no certificate in PEM."
        case .expired: "the certificate's time is over, or has not begun."
        case .other: "OpenSSL cannot be set up."
        }
    }
}
