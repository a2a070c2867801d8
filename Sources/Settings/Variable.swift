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
