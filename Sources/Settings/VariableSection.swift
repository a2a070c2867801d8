/// A heading in the list of variables. Each program adds its own headings to these shared ones.
public struct VariableSection: Sendable, Hashable {
    /// The heading.
    public let title: String

    /// A section under this heading.
    public init(_ title: String) { self.title = title }

    /// The addresses that clients and operators connect to.
    public static let listeners = VariableSection("Listeners")
    /// The database of stored sessions and their keys.
    public static let sessions = VariableSection("Stored sessions")
    /// Credentials with roles.
    public static let roles = VariableSection("Roles")
    /// The log output.
    public static let logs = VariableSection("Logs")
}
