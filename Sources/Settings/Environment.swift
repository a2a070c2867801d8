import FoundationEssentials

/// The variables a process was started with, as the settings read them. A variable set to nothing counts as not set,
/// for that is what `${NAME:-}` in a compose file makes of it.
public struct Environment: Sendable {
    private let values: [String: String]

    /// These variables.
    public init(_ values: [String: String]) {
        self.values = values
    }

    /// The variables this process was started with.
    public static var process: Environment { Environment(ProcessInfo.processInfo.environment) }

    /// These variables and another one, which comes before one of its name: what an option says counts more.
    public func with(_ name: String, _ value: String?) -> Environment {
        guard let value else { return self }
        return Environment(values.merging([name: value]) { $1 })
    }

    /// The value of a variable that has a standard.
    public func value<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value {
        guard let value = try optional(variable) else {
            preconditionFailure("\(variable.description.name) is read as if it had a standard")
        }
        return value
    }

    /// The value of a variable, or of its standard; nil when there is neither.
    public func optional<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value? {
        guard let text = text(variable.description.name) ?? variable.description.standard else { return nil }
        guard let value = variable.parse(text) else { throw .malformed(variable.description) }
        return value
    }

    /// The value of the first of these variables that is set; each of them is checked.
    public func first<Value>(of variables: [Variable<Value>]) throws(ConfigurationError) -> Value? {
        var found: Value?
        for variable in variables {
            let value = try optional(variable)
            found = found ?? value
        }
        return found
    }

    /// The names that look like this program's own and are not, such as misspelt ones, sorted.
    public func unknownNames(prefix: String, known: Set<String>) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.sorted()
    }

    private func text(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
