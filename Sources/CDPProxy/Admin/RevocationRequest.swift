import ProxyCore

/// What `POST /revoke` asks for: one credential, session or user, by the one member of its body.
struct RevocationRequest: Equatable {
    /// What is revoked.
    let kind: Revocation.Kind
    /// Its name.
    let subject: String

    /// The longest name, in bytes.
    static let longestSubject = 1000

    /// Reads the body: an object with one of `jti`, `sessionId`, `userId` and `key`, a text that is not empty.
    init?(_ body: [UInt8]) {
        guard let object = (try? JSONValue.parse(body))?.objectValue, object.count == 1, let member = object.first,
            let subject = member.value.stringValue, 1...Self.longestSubject ~= subject.utf8.count,
            !subject.utf8.contains(0)
        else { return nil }
        switch member.name.text {
        case "jti": kind = .token
        case "sessionId": kind = .session
        case "userId": kind = .user
        case "key": kind = .key
        default: return nil
        }
        self.subject = subject
    }
}
