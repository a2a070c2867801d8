import ProxyCore

/// The signing keys for a command that runs once and ends.
enum CommandKeys {
    /// The keys that the environment names.
    static func load(_ environment: Environment = .process) throws -> SigningKeys {
        switch try SecretSettings(environment).origin {
        case .fixed(let secret):
            guard let key = SigningKey(secret.reveal()) else { throw CommandKeyError.tooShort }
            return SigningKeys(current: key)
        case .secretsManager: throw CommandKeyError.keptElsewhere
        }
    }
}

/// Why a command has no key.
enum CommandKeyError: Error, CustomStringConvertible {
    /// The key has fewer bytes than HS256 asks for.
    case tooShort
    /// The key is in AWS Secrets Manager, which commands do not ask.
    case keptElsewhere

    /// One sentence that names the variable.
    var description: String {
        switch self {
        case .tooShort: "WALLCRAWLER_JWT_SIGNING_KEY must be 32 bytes at least."
        case .keptElsewhere: "WALLCRAWLER_JWT_SIGNING_KEY is not set, and this command needs the key itself."
        }
    }
}
