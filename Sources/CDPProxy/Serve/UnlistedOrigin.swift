import ProxyCore

/// The `Origin` of a handshake that was refused for it: told to the client, whose user may never have heard of one, and to
/// the log. It is the name of a page or an extension, and no secret.
struct UnlistedOrigin: Sendable, CustomStringConvertible {
    /// The origin as it came, cut where no real one goes on; of several, all.
    let description: String

    /// The most of it that is told, in bytes; an extension's has 51.
    private static let longest = 200

    /// The origin in the fields of a handshake.
    init(_ fields: FieldSection) {
        let values = fields.values(of: .origin).map { String(decoding: $0.prefix(Self.longest), as: UTF8.self) }
        description = String(
            decoding: values.prefix(3).joined(separator: ", ").utf8.prefix(Self.longest),
            as: UTF8.self
        )
    }

    /// An origin that is told so.
    init(told description: String) { self.description = description }

    /// What its reader may do about it.
    var advice: String {
        "the handshake came with Origin: \(description), which CDP_PROXY_ALLOWED_ORIGINS does not list"
    }
}
