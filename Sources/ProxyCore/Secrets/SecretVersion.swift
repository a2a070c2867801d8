/// One version of the secret, as `GetSecretValue` answers.
struct SecretVersion: Sendable {
    /// The version's name.
    let id: String
    /// The signing key in it.
    let key: SigningKey
    /// When the version was made, when the answer says so.
    let created: Timestamp?

    /// Reads an answer of `GetSecretValue`, whatever its status, that came at `now`.
    static func read(_ answer: HTTPSResponse, now: Timestamp) -> Result<SecretVersion, SecretFailure> {
        // Secrets Manager names no member twice; an answer that does comes from another server.
        let value = try? JSONValue.parse(answer.body)
        guard answer.status == 200 else { return .failure(SecretFailure(answer, value, now: now)) }
        guard let value, let id = value["VersionId"]?.stringValue else {
            return .failure(.unreachable("an answer that is not Secrets Manager's"))
        }
        guard let text = value["SecretString"]?.stringValue else { return .failure(.unusable(.noText)) }
        do {
            let bytes = try SigningKeyText.key(in: text)
            guard let key = SigningKey(bytes.reveal()) else { return .failure(.unusable(.tooShort)) }
            let created = value["CreatedDate"]?.doubleValue.flatMap(Timestamp.init(secondsSince1970:))
            return .success(SecretVersion(id: id, key: key, created: created))
        } catch {
            return .failure(.unusable(error))
        }
    }
}
