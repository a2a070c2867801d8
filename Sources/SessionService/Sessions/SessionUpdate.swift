import ProxyCore
import SessionStore

/// The checked body of `PUT /sessions/{id}`. Missing and null fields stay as they are. `domains` cannot be changed.
struct SessionUpdate {
    /// The new name.
    let name: String?
    /// The new description.
    let description: String?
    /// The new expiry.
    let expiresAt: Timestamp?
    /// The new storage state, as JSON text.
    let storageState: [UInt8]?
    /// What of the state no browser accepts, one sentence each.
    let warnings: [String]

    /// Reads a body. The refusal names every problem.
    init(_ body: [UInt8]) throws(ServiceRefusal) {
        var fields = try BodyFields(checking: body)
        name = fields.name(fields.optional("name"))
        description = fields.description()
        let state = fields.storageState(fields.optional("storage_state")).map(JSONValue.object)
        storageState = state?.serialized()
        expiresAt = fields.expiry()
        guard fields.problems.isEmpty else { throw .invalid(fields.problems) }
        warnings = state?.injectionWarnings ?? []
    }
}
