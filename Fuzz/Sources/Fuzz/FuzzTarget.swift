/// What is fuzzed under one name: a check that takes any input and finds nothing wrong.
struct FuzzTarget: Sendable {
    /// The name on the command line, and of its folder in `Corpus`.
    let name: String
    /// The longest input worth trying, in bytes.
    let longest: Int
    /// Throws the property that an input violates.
    let check: @Sendable ([UInt8]) throws(Violation) -> Void

    /// Every target, in the order in which they run.
    static let all: [FuzzTarget] = [
        requests, responses, frames, messages, compression, credentials, tokens, json, states, answers, hosts, commands,
        addresses,
    ]
}

/// A property that an input violates.
struct Violation: Error {
    /// What should have been so, with what was found instead.
    let property: String
}

/// Throws unless a condition holds. The property is a sentence that says what should be so.
func expect(_ condition: Bool, _ property: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(property: property()) }
}

/// Throws unless two values are equal.
func expect<Value: Equatable>(
    _ found: Value,
    equals wanted: Value,
    _ property: @autoclosure () -> String
) throws(Violation) {
    guard found != wanted else { return }
    throw Violation(property: "\(property())\n  found  \(found)\n  wanted \(wanted)")
}
