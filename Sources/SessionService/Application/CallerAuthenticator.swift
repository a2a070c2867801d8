import HTTPTypes
import Hummingbird
import ProxyCore
import SessionStore
import Settings

/// Establishes the caller of a request: by `Authorization: Bearer`, which is the identity provider's token, a role token or
/// the admin token, else by `X-API-Key`. Any thread may use it.
struct CallerAuthenticator: Sendable {
    /// Verifies the identity provider's tokens.
    let provider: Authenticator
    /// Which credentials with roles are taken.
    let roles: RoleSettings
    /// The API keys; nil when there is no database that could have some.
    let keys: (any KeyStore)?
    /// The wall clock.
    var clock: @Sendable () -> Timestamp = Timestamp.now

    /// The caller of a request with these fields. `Authorization` decides where there is one.
    func caller(_ fields: HTTPFields) async throws -> Caller {
        let authorization = fields[values: .authorization]
        let keys = fields[values: .apiKey]
        guard keys.isEmpty || authorization.contains(where: { !$0.isEmpty }) else { return try await holder(of: keys) }
        let token: BearerToken
        do throws(AuthenticationFailure) { token = try BearerToken.find(in: authorization) } catch {
            throw ServiceRefusal.unauthenticated(error)
        }
        if isAdminToken(token) { return .admin }
        do throws(AuthenticationFailure) {
            return Caller(ofProvider: try await provider.user(authorization: authorization))
        } catch .algorithm {
            // The provider signs with RS256 and ES256 only, so that this may be a role token.
            guard roles.isOn, let key = roles.key else { throw ServiceRefusal.unauthenticated(.algorithm) }
            return try holder(of: token, key)
        } catch {
            throw ServiceRefusal.unauthenticated(error)
        }
    }

    private func isAdminToken(_ token: BearerToken) -> Bool {
        roles.isOn && roles.adminToken?.equals(SecretBytes(token.bytes)) == true
    }

    private func holder(of token: BearerToken, _ key: SigningKey) throws(ServiceRefusal) -> Caller {
        let claims: RoleClaims
        do throws(TokenFault) {
            claims = try TokenVerifier.roleClaims(of: token.bytes, key: key, now: clock())
        } catch {
            throw .invalidRoleToken(AuthenticationFailure(rawValue: error.reason.rawValue) ?? .signature)
        }
        guard IdentityClaims.canNameUser(claims.userID) else { throw .invalidRoleToken(.subject) }
        return Caller(claims)
    }

    private func holder(of values: [String]) async throws -> Caller {
        // Two readers of a request with two different keys could see two different callers.
        guard let text = values.first, values.allSatisfy({ $0.hasSameBytes(as: text) }) else {
            throw ServiceRefusal.unauthenticated(.apiKey)
        }
        guard !text.isEmpty else { throw ServiceRefusal.unauthenticated(.apiKeyMissing) }
        guard let keys, let key = APIKey(Array(text.utf8)[...]) else {
            throw ServiceRefusal.unauthenticated(.apiKey)
        }
        switch try await keys.use(hash: key.hash, at: clock()) {
        case .admitted(let record):
            guard roles.isOn || record.roles == nil else { throw ServiceRefusal.rolesOff }
            return Caller(record)
        case .unknown, .revoked, .expired: throw ServiceRefusal.unauthenticated(.apiKey)
        case .overRate(let seconds): throw ServiceRefusal.rateLimited(seconds: seconds)
        }
    }
}

extension HTTPField.Name {
    /// The field with an API key.
    static let apiKey: HTTPField.Name = {
        guard let name = HTTPField.Name("X-API-Key") else { preconditionFailure("a field's name") }
        return name
    }()
}
