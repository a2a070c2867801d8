/// One version of the secret, as `GetSecretValue` answers.
struct SecretVersion: Sendable {
    /// The version's name.
    let id: String
    /// The signing key in it.
    let key: SigningKey
    /// When the version was made, in seconds since 1970, when the answer says so.
    let created: Double?

    /// Reads an answer of `GetSecretValue`, whatever its status.
    static func read(status: Int, body: [UInt8]) -> Result<SecretVersion, SecretFailure> {
        // Secrets Manager's own answers name no member twice; one that does is somebody else's.
        let value = try? JSONValue.parse(body)
        guard status == 200 else { return .failure(failure(status: status, type: value?["__type"]?.stringValue)) }
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

    /// What an error means. Only a code Secrets Manager is known to use ends the life of a key that is at hand: a
    /// proxy's 403 on the way must not.
    static func failure(status: Int, type: String?) -> SecretFailure {
        // "com.amazonaws.secretsmanager#AccessDeniedException" in some of AWS' protocols.
        let code = type.map { String($0.split(separator: "#").last ?? "") } ?? ""
        switch code {
        case "AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId",
            "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired", "DecryptionFailure",
            "ExpiredTokenException", "ExpiredToken":
            return .denied(code)
        case "ResourceNotFoundException", "InvalidRequestException":
            return .gone(code)
        default:
            return .unreachable("status \(status)")
        }
    }
}

extension SecretFailure {
    /// Whether fresh credentials may turn this refusal into an answer.
    var blamesCredentials: Bool {
        guard case .denied(let code) = self else { return false }
        return ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId"]
            .contains(code)
    }
}
