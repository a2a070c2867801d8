import ProxyCore

/// The `Origin` that a handshake was refused for. The answer and the log name it, since the client's user may not know that
/// the client sent one. It is the name of a page or an extension, and no secret.
struct UnlistedOrigin: Sendable, CustomStringConvertible {
    /// The origin as it came, cut beyond the length of any real one. Repeated fields are joined.
    let description: String

    /// The longest description, in bytes; an extension's origin has 51.
    private static let longest = 200

    /// The origin in the fields of a handshake.
    init(_ fields: FieldSection) {
        let values = fields.values(of: .origin).map { String(decoding: $0.prefix(Self.longest), as: UTF8.self) }
        description = String(
            decoding: values.prefix(3).joined(separator: ", ").utf8.prefix(Self.longest),
            as: UTF8.self
        )
    }

    /// An origin of this description.
    init(told description: String) { self.description = description }

    /// What its reader may do about it.
    var advice: String {
        "the handshake came with Origin: \(description), which CDP_PROXY_ALLOWED_ORIGINS does not list"
    }
}
