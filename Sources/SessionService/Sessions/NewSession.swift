import ProxyCore
import SessionInjector
import SessionStore

/// The checked body of `POST /sessions`.
struct NewSession {
    /// Unique among the user's sessions.
    let name: String
    /// Free text, if any.
    let description: String?
    /// The domains the user gives for it, in the user's order.
    let domains: [String]
    /// The moment it expires; nil means never.
    let expiresAt: Timestamp?
    /// The storage state as JSON text.
    let storageState: [UInt8]
    /// What of the state no browser accepts, one sentence each.
    let warnings: [String]

    /// Reads a body. The refusal names every problem.
    init(_ body: [UInt8]) throws(ServiceRefusal) {
        var fields = try BodyFields(checking: body)
        let name = fields.name(fields.required("name"))
        description = fields.description()
        let domains = fields.domains()
        let storageState = fields.storageState(fields.required("storage_state"))
        expiresAt = fields.expiry()
        guard fields.problems.isEmpty, let name, let domains, let storageState else { throw .invalid(fields.problems) }
        self.name = name
        self.domains = domains
        self.storageState = JSONValue.object(storageState).serialized()
        warnings = JSONValue.object(storageState).injectionWarnings
    }
}

extension JSONValue {
    /// What of a storage state an injection would leave out now, one sentence each.
    var injectionWarnings: [String] {
        guard let state = try? StorageState(self) else { return [] }
        return SessionSummary(of: state, now: .now()).warnings
    }
}
