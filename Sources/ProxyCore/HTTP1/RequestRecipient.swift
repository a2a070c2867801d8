/// Whom a request of ours is for: the fields that every request to it has. They may hold a credential, so nothing of them is
/// printed.
public struct RequestRecipient: Sendable, Redacted {
    /// Whole lines, with their ends.
    let fields: [UInt8]

    /// Chrome's DevTools server: no credential, and the one `Host` that it takes at any time, whatever address it listens on
    /// (it refuses names other than `localhost`).
    public static let chrome = RequestRecipient(fields: Array("Host: 127.0.0.1:9222\r\n".utf8))

    private init(fields: [UInt8]) { self.fields = fields }

    /// A proxy in front of a Chrome elsewhere, which admits by the credential in `field`.
    ///
    /// - Precondition: `credential` holds no control byte.
    public init(proxy authority: Authority, _ field: StaticString, _ credential: SecretBytes) {
        var fields = Array("Host: \(authority)\r\n".utf8)
        fields.append(field.description)
        fields.append(": ")
        let value = credential.reveal()
        precondition(value.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a field must hold no control byte")
        fields += value
        fields.append("\r\n")
        self.init(fields: fields)
    }
}
