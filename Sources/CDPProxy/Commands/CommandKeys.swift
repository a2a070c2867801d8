import ProxyCore

/// The signing keys for a command that runs once and ends.
enum CommandKeys {
    /// The keys that the environment names.
    static func load(_ environment: Environment = .process) throws -> SigningKeys {
        let settings = try SecretSettings(environment)
        guard let keys = SigningKeys(try keySet(settings)) else { throw CommandKeyError.tooShort }
        return keys
    }

    private static func keySet(_ settings: SecretSettings) throws -> SigningKeySet {
        switch settings.origin {
        case .fixed(let secret): return SigningKeySet(current: secret)
        case .secretsManager(let location):
            return try onLoop { loop in
                let source = SigningKeySource(location, timeToLive: settings.timeToLive, overlap: settings.overlap, on: loop)
                defer { source.close() }
                do throws(SecretFailure) {
                    return try await source.keys()
                } catch {
                    throw CommandKeyError.unavailable(error)
                }
            }
        }
    }
}

/// Why a command has no key.
enum CommandKeyError: Error, CustomStringConvertible {
    /// The key has fewer bytes than HS256 asks for.
    case tooShort
    /// The key is in AWS Secrets Manager and cannot be had.
    case unavailable(SecretFailure)

    /// One sentence that names the variable.
    var description: String {
        switch self {
        case .tooShort: "WALLCRAWLER_JWT_SIGNING_KEY must be 32 bytes at least."
        case .unavailable(let failure):
            "WALLCRAWLER_JWT_SIGNING_SECRET_ARN: the secret cannot be had (\(failure.label)): \(failure.detail)."
        }
    }
}
