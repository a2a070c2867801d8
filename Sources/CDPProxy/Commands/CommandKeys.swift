import ProxyCore
import Settings

/// The signing keys for a command that runs once and ends.
enum CommandKeys {
    /// The keys the environment names, fetched from AWS if that is where they are.
    ///
    /// Blocks until they are there; a fetch has its own deadlines.
    static func load(_ environment: Environment = .process) throws -> SigningKeys {
        let settings = try SecretSettings(environment)
        switch settings.origin {
        case .fixed(let key): return SigningKeys(current: key)
        case .secretsManager(let location): return try fetch(location, settings)
        }
    }

    private static func fetch(_ location: SecretLocation, _ settings: SecretSettings) throws -> SigningKeys {
        ProcessHardening.ignoreBrokenPipes()
        return try onLoop { loop in
            let source = SigningKeySource(
                location,
                timeToLive: settings.timeToLive,
                overlap: settings.overlap,
                on: loop
            )
            defer { source.close() }
            do throws(SecretFailure) {
                return try await source.keys()
            } catch {
                throw CommandKeyError.notFetched(error)
            }
        }
    }
}

/// Why a command has no key.
enum CommandKeyError: Error, CustomStringConvertible {
    /// It is in AWS Secrets Manager and could not be had from there.
    case notFetched(SecretFailure)
    /// The key of role tokens is not set.
    case noRoleKey

    /// One sentence, without a value.
    var description: String {
        switch self {
        case .notFetched(let failure): "The signing key cannot be fetched (\(failure.label)): \(failure.detail)."
        case .noRoleKey: "FLYBROWSER_JWT_SECRET is not set, and a role token is signed with it."
        }
    }
}
