import ProxyCore

struct Authenticator: Sendable {
    init(
        _ s: IdentityProviderSettings,
        record: @escaping @Sendable (LogLevel, String, KeyValuePairs<String, LogValue?>) -> Void,
        count: @escaping @Sendable (String) -> Void
    ) throws {}
    func user(authorization: [String]) async throws(AuthenticationFailure) -> String {
        guard let a = authorization.first else { throw .missing }
        return a
    }
    func shutdown() {}
}
