/// One variable of the environment: its name, what it says when it is not set, and how its text is read.
///
/// Everything a program of ours reads from the environment is declared once, as one of these; the help text, the table in
/// the documentation and the error sentences all come from the declaration.
public struct Variable<Value>: Sendable {
    /// Reads the text of a variable; nil when it is not what `expected` says.
    public typealias Parse = @Sendable (String) -> Value?

    /// What the help and the documentation show.
    public let description: VariableDescription
    /// Reads its text.
    public let parse: Parse

    /// Declares a variable. `expected` completes the sentence "NAME must be …"; `standard` is the text that stands for
    /// a variable that is not set.
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

/// What a person needs to know of a variable.
public struct VariableDescription: Sendable {
    /// The variable's name.
    public let name: String
    /// Under which heading it is listed.
    public let section: VariableSection
    /// The text that stands for it when it is not set; nil when there is none.
    public let standard: String?
    /// Completes "NAME must be …".
    public let expected: String
    /// What it is for, as a sentence.
    public let help: String
}

/// A heading under which variables are listed. Each program adds its own to the shared ones here.
public struct VariableSection: Sendable, Hashable {
    /// The heading.
    public let title: String

    /// A section under this heading.
    public init(_ title: String) { self.title = title }

    /// Where clients and operators connect.
    public static let listeners = VariableSection("Listeners")
    /// Where stored sessions are and how they are sealed.
    public static let sessions = VariableSection("Stored sessions")
    /// What operators see.
    public static let logs = VariableSection("Logs")
}
