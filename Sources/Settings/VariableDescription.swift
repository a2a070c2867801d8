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
