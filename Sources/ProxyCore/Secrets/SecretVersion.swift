/// One version of the secret, as `GetSecretValue` answers.
struct SecretVersion: Sendable {
    /// The version's name.
    let id: String
    /// The signing key in it.
    let key: SigningKey
    /// When the version was made, in seconds since 1970, when the answer says so.
    let created: Double?

    /// Reads an answer of `GetSecretValue`, whatever its status, that came at `now`.
    static func read(_ answer: HTTPSResponse, now: Double) -> Result<SecretVersion, SecretFailure> {
        // Secrets Manager's own answers name no member twice; one that does is somebody else's.
        let value = try? JSONValue.parse(answer.body)
        guard answer.status == 200 else { return .failure(SecretFailure(answer, value, now: now)) }
        guard let value, let id = value["VersionId"]?.stringValue else {
            return .failure(.unreachable("an answer that is not Secrets Manager's"))
        }
        guard let text = value["SecretString"]?.stringValue else { return .failure(.unusable(.noText)) }
        do {
            let bytes = try SigningKeyText.key(in: text)
            guard let key = SigningKey(bytes.reveal()) else { return .failure(.unusable(.tooShort)) }
            return .success(SecretVersion(id: id, key: key, created: value["CreatedDate"]?.doubleValue))
        } catch {
            return .failure(.unusable(error))
        }
    }
}
