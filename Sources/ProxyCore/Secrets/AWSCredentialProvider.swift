/// Fetches AWS credentials from where they come from, and keeps them as long as they are good. Lives on the loop.
final class AWSCredentialProvider {
    private let source: AWSCredentialSource
    private let client: HTTPSClient
    private let clock: () -> Timestamp
    private var cache = AWSCredentialCache()

    /// How long one answer of this machine's own services may take.
    private static let deadline = Duration.seconds(2)
    private static let bodyLimit = 64 * 1024

    init(_ source: AWSCredentialSource, client: HTTPSClient, clock: @escaping () -> Timestamp) {
        self.source = source
        self.client = client
        self.clock = clock
    }

    /// Credentials that are good now. When a refresh fails, the old ones until they expire.
    func credentials() async throws(SecretFailure) -> AWSCredentials {
        if case .fixed(let credentials) = source { return credentials }
        if let fresh = cache.fresh(at: clock()) { return fresh }
        do throws(SecretFailure) {
            let fetched = try await fetch()
            cache.store(fetched)
            return fetched
        } catch {
            guard let old = cache.lastResort(at: clock()) else { throw error }
            return old
        }
    }

    /// Forgets credentials the service did not take; false when there is nowhere to get others from.
    func discard() -> Bool {
        if case .fixed = source { return false }
        cache.clear()
        return true
    }

    private func fetch() async throws(SecretFailure) -> AWSCredentials {
        switch source {
        case .fixed(let credentials): return credentials
        case .container(let endpoint): return try await fetch(from: endpoint)
        case .instanceMetadata(let url): return try await fetch(fromInstanceAt: url)
        }
    }

    private func fetch(from endpoint: ContainerCredentialsEndpoint) async throws(SecretFailure) -> AWSCredentials {
        var request = HTTPSRequest("GET", endpoint.url)
        if let token = try authorization(endpoint.authorization) {
            request.fields = [(name: "Authorization", value: token)]
        }
        let body = try await ask(request, "the container credentials endpoint")
        guard let credentials = AWSCredentials(answer: body) else {
            throw .noCredentials("the container credentials endpoint gave none")
        }
        return credentials
    }

    private func authorization(
        _ authorization: ContainerCredentialsEndpoint.Authorization
    ) throws(SecretFailure) -> String? {
        switch authorization {
        case .none: return nil
        case .token(let token): return token.revealText()
        case .file(let path):
            guard let bytes = FileContents.read(path, limit: Self.bodyLimit) else {
                throw .noCredentials("the authorization token's file cannot be read")
            }
            // An editor's line feed at the end is not part of the token.
            let end = bytes.lastIndex { $0 != 0x0a && $0 != 0x0d } ?? -1
            let token = String(decoding: bytes.prefix(end + 1), as: UTF8.self)
            guard AWSCredentials.isHeaderValue(token) else {
                throw .noCredentials("the authorization token's file holds no token")
            }
            return token
        }
    }

    /// IMDSv2: a token by PUT, which a page that can only send GET and POST cannot get, then the role's credentials.
    private func fetch(fromInstanceAt url: EndpointURL) async throws(SecretFailure) -> AWSCredentials {
        let name = "the instance metadata service"
        var request = HTTPSRequest("PUT", url.with(path: "/latest/api/token"))
        request.fields = [(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "21600")]
        let token = String(decoding: try await ask(request, name), as: UTF8.self)
        guard AWSCredentials.isHeaderValue(token) else { throw .noCredentials("\(name) gave no token") }

        let path = "/latest/meta-data/iam/security-credentials/"
        request = HTTPSRequest("GET", url.with(path: path))
        request.fields = [(name: "X-aws-ec2-metadata-token", value: token)]
        let roles = String(decoding: try await ask(request, name), as: UTF8.self)
        let role = roles.prefix { $0 != "\n" }
        guard !role.isEmpty, role.utf8.allSatisfy(Self.isRoleByte) else {
            throw .noCredentials("the instance has no role")
        }

        request.url = url.with(path: path + role)
        guard let credentials = AWSCredentials(answer: try await ask(request, name)) else {
            throw .noCredentials("\(name) gave no credentials")
        }
        return credentials
    }

    /// A role's name: `[\w+=,.@-]+`, so nothing that would make it another path.
    private static func isRoleByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "="),
            UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private func ask(_ request: HTTPSRequest, _ name: String) async throws(SecretFailure) -> [UInt8] {
        var request = request
        request.deadline = Self.deadline
        request.bodyLimit = Self.bodyLimit
        request.usesProxy = false
        do throws(HTTPSFailure) {
            let response = try await client.send(request)
            if response.status == 200 { return response.body }
            throw .other(Int32(clamping: -response.status))
        } catch {
            if case .other(let code) = error, code < 0 { throw .noCredentials("\(name) answered \(-code)") }
            throw .noCredentials("\(name): \(error.detail)")
        }
    }
}
