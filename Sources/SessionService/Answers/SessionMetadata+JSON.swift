import ProxyCore
import SessionStore

extension SessionMetadata {
    /// What is answered of a session once it is there.
    var summary: JSONValue { created.adding("updated_at", JSONValue(updatedAt.iso8601)) }

    /// What is answered of a session that was just made: the same without `updated_at`, as the Python service has it.
    var created: JSONValue {
        [
            "id": JSONValue(id),
            "name": JSONValue(name),
            "description": description.map { JSONValue($0) } ?? .null,
            "domains": .array(domains.map { JSONValue($0) }),
            "expires_at": expiresAt.map { JSONValue($0.iso8601) } ?? .null,
            "created_at": JSONValue(createdAt.iso8601),
        ]
    }
}

extension JSONValue {
    /// An answer with what its reader should know of the state they sent; without a word where there is nothing.
    func warning(of warnings: [String]) -> JSONValue {
        warnings.isEmpty ? self : adding("warnings", .array(warnings.map { JSONValue($0) }))
    }
}
