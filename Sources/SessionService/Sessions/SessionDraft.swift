import ProxyCore
import SessionInjector
import SessionStore

/// The body of `POST /sessions`, checked.
struct SessionDraft {
    /// Unique among the user's sessions.
    let name: String
    /// Free text, if any.
    let description: String?
    /// What the user says it is for, in the user's order.
    let domains: [String]
    /// When it expires; nil means never.
    let expiresAt: Timestamp?
    /// The storage state as JSON text.
    let storageState: [UInt8]
    /// What of the state no browser will take, a sentence each.
    let warnings: [String]

    /// Reads a body; everything that is wrong with it is named.
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
        warnings = JSONValue.object(storageState).warnings
    }
}

/// The body of `PUT /sessions/{id}`, checked: what it leaves out, or has null, stays as it is. `domains` cannot be changed.
struct SessionEdit {
    /// Another name.
    let name: String?
    /// Another description.
    let description: String?
    /// Another expiry.
    let expiresAt: Timestamp?
    /// Another storage state, as JSON text.
    let storageState: [UInt8]?
    /// What of the state no browser will take, a sentence each.
    let warnings: [String]

    /// Reads a body; everything that is wrong with it is named.
    init(_ body: [UInt8]) throws(ServiceRefusal) {
        var fields = try BodyFields(checking: body)
        name = fields.name(fields.optional("name"))
        description = fields.description()
        let state = fields.storageState(fields.optional("storage_state")).map(JSONValue.object)
        storageState = state?.serialized()
        expiresAt = fields.expiry()
        guard fields.problems.isEmpty else { throw .invalid(fields.problems) }
        warnings = state?.warnings ?? []
    }
}

extension BodyFields {
    /// The fields of a body, or the refusal that names what is wrong with all of it.
    fileprivate init(checking body: [UInt8]) throws(ServiceRefusal) {
        do throws(FieldProblem) {
            try self.init(body)
        } catch {
            throw .invalid([error])
        }
    }
}

extension JSONValue {
    /// What of a storage state the proxy would leave out if it were injected now.
    fileprivate var warnings: [String] {
        guard let state = try? StorageState(self) else { return [] }
        return SessionSummary(of: state, now: .now()).warnings
    }
}
