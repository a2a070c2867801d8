import ProxyCore
import SessionStore

extension SessionMetadata {
    /// The JSON of an existing session.
    var summary: JSONValue { created.adding("updated_at", JSONValue(updatedAt.iso8601)) }

    /// The JSON of a new session: `summary` without `updated_at`, as in the Python service.
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
    /// The answer with the warnings about the user's storage state; unchanged when there are none.
    func adding(warnings: [String]) -> JSONValue {
        warnings.isEmpty ? self : adding("warnings", .array(warnings.map { JSONValue($0) }))
    }
}
