import FoundationEssentials

/// The environment variables that the settings are read from. An empty variable counts as not set, because `${NAME:-}`
/// in a compose file makes an empty one.
public struct Environment: Sendable {
    private let values: [String: String]

    /// An environment of these variables.
    public init(_ values: [String: String]) {
        self.values = values
    }

    /// The variables this process was started with.
    public static var process: Environment { Environment(ProcessInfo.processInfo.environment) }

    /// This environment with those of `others` that it does not set.
    public func withDefaults(_ others: [String: String]) -> Environment {
        Environment(others.merging(values.filter { !$0.value.isEmpty }) { $1 })
    }

    /// This environment with one variable added or replaced, since a command-line option overrides its variable. Nil
    /// changes nothing.
    public func with(_ name: String, _ value: String?) -> Environment {
        guard let value else { return self }
        return Environment(values.merging([name: value]) { $1 })
    }

    /// The value of a variable that has a default.
    public func value<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value {
        guard let value = try optional(variable) else {
            preconditionFailure("\(variable.description.name) has no default, but is read as if it had one")
        }
        return value
    }

    /// The value of a variable, or its default; nil when it has neither.
    public func optional<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value? {
        guard let text = text(variable.description.name) ?? variable.description.standard else { return nil }
        guard let value = variable.parse(text) else { throw .malformed(variable.description) }
        return value
    }

    /// The value of the first of these variables that is set. It checks all of them.
    public func first<Value>(of variables: [Variable<Value>]) throws(ConfigurationError) -> Value? {
        var found: Value?
        for variable in variables {
            let value = try optional(variable)
            found = found ?? value
        }
        return found
    }

    /// The set variables that have the program's prefix and are not known, such as misspelt ones, sorted.
    public func unknownNames(prefix: String, known: Set<String>) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.sorted()
    }

    private func text(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
