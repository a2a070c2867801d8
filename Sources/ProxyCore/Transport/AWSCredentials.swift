/// What a request to AWS is signed with.
public struct AWSCredentials: Sendable {
    /// The key's public name.
    public let accessKeyID: String
    /// The key.
    public let secretAccessKey: SecretBytes
    /// Goes along with temporary keys, in a header.
    public let sessionToken: SecretBytes?
    /// When they stop working; nil for those that don't.
    public let expiration: Timestamp?

    /// Credentials as they are given.
    public init(accessKeyID: String, secretAccessKey: SecretBytes, sessionToken: SecretBytes?, expiration: Timestamp?) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// Whether `text` may stand in a header: a line break in it would begin another one.
    public static func isHeaderValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
    }
}
