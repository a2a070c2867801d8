/// Asks AWS Secrets Manager for versions of one secret. Lives on the loop.
final class SecretsManager {
    /// Which version of the secret.
    enum Stage: String {
        /// The one in use.
        case current = "AWSCURRENT"
        /// The one that was in use before it.
        case previous = "AWSPREVIOUS"
    }

    private let location: SecretLocation
    private let client: HTTPSClient
    private let provider: AWSCredentialProvider
    private let clock: () -> Timestamp

    init(_ location: SecretLocation, client: HTTPSClient, clock: @escaping () -> Timestamp) {
        self.location = location
        self.client = client
        self.clock = clock
        provider = AWSCredentialProvider(location.credentials, client: client, clock: clock)
    }

    /// The version at `stage`. Credentials the service does not take are fetched anew once.
    func version(_ stage: Stage) async throws(SecretFailure) -> SecretVersion {
        do throws(SecretFailure) {
            return try await ask(stage)
        } catch {
            guard error.blamesCredentials, provider.discard() else { throw error }
            return try await ask(stage)
        }
    }

    private func ask(_ stage: Stage) async throws(SecretFailure) -> SecretVersion {
        let credentials = try await provider.credentials()
        let response: HTTPSResponse
        do throws(HTTPSFailure) {
            response = try await client.send(request(for: stage, credentials))
        } catch {
            throw .unreachable("Secrets Manager: \(error.detail)")
        }
        return try SecretVersion.read(response, now: clock()).get()
    }

    private func request(for stage: Stage, _ credentials: AWSCredentials) -> HTTPSRequest {
        let body: JSONValue = ["SecretId": JSONValue(location.id), "VersionStage": JSONValue(stage.rawValue)]
        var request = HTTPSRequest("POST", location.endpoint)
        request.fields = [
            (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "X-Amz-Target", value: "secretsmanager.GetSecretValue"),
        ]
        request.body = body.serialized()
        request.signature = HTTPSRequest.Signature(
            credentials: credentials,
            service: "secretsmanager",
            region: location.region
        )
        request.authorities = location.authorities
        return request
    }
}
