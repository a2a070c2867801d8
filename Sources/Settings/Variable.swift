/// One environment variable: its name, its default and how its text is read.
///
/// Each variable that a program reads is declared once, as one of these. The help text and the error sentences come from
/// the declaration, and a test compares the tables of the documentation with the help text.
public struct Variable<Value>: Sendable {
    /// Reads the text of a variable; nil when it is not what `expected` says.
    public typealias Parse = @Sendable (String) -> Value?

    /// Its entry in the help.
    public let description: VariableDescription
    /// Reads its text.
    public let parse: Parse

    /// Declares a variable. `expected` completes the sentence "NAME must be …". `standard` is the text used when the
    /// variable is not set.
    public init(
        _ name: String,
        in section: VariableSection,
        standard: String? = nil,
        expected: String,
        help: String,
        parse: @escaping Parse
    ) {
        description = VariableDescription(
            name: name,
            section: section,
            standard: standard,
            expected: expected,
            help: help
        )
        self.parse = parse
    }
}

/// The entry of a variable in the help.
public struct VariableDescription: Sendable {
    /// The variable's name.
    public let name: String
    /// The heading under which it is listed.
    public let section: VariableSection
    /// The text used when the variable is not set; nil when there is none.
    public let standard: String?
    /// Completes "NAME must be …".
    public let expected: String
    /// Its purpose, as a sentence.
    public let help: String
}

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
    /// The log output.
    public static let logs = VariableSection("Logs")
}
