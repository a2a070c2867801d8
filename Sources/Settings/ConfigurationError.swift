/// A fault in the environment: one sentence that names the variable and never shows its value.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The variable at fault.
    public let variable: String
    /// One sentence for the operator.
    public let description: String

    /// An error with its own sentence, for rules that span several variables.
    public init(variable: String, description: String) {
        self.variable = variable
        self.description = description
    }

    /// The variable's text is not what its declaration expects.
    public static func malformed(_ variable: VariableDescription) -> ConfigurationError {
        ConfigurationError(variable: variable.name, description: "\(variable.name) must be \(variable.expected).")
    }

    /// The variable is not set, although it must be.
    public static func missing(_ variable: VariableDescription, because reason: String) -> ConfigurationError {
        ConfigurationError(
            variable: variable.name,
            description: "\(variable.name) is not set, and \(reason): it must be \(variable.expected)."
        )
    }

    /// Two variables are set that exclude each other.
    public static func conflict(_ variable: VariableDescription, with other: VariableDescription) -> ConfigurationError
    {
        ConfigurationError(
            variable: variable.name,
            description: "\(variable.name) and \(other.name) are both set: only one of them may be."
        )
    }
}
