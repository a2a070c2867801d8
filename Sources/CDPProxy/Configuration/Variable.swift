/// One variable of the environment: its name, what it says when it is not set, and how its text is read.
///
/// Everything this program reads from the environment is declared once, as one of these; the help text, the table in
/// the documentation and the error sentences all come from the declaration.
struct Variable<Value>: Sendable {
    /// Reads the text of a variable; nil when it is not what `expected` says.
    typealias Parse = @Sendable (String) -> Value?

    /// What the help and the documentation show.
    let description: VariableDescription
    /// Reads its text.
    let parse: Parse

    /// Declares a variable. `expected` completes the sentence "NAME must be …"; `standard` is the text that stands for
    /// a variable that is not set.
    init(
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
struct VariableDescription: Sendable {
    /// The variable's name.
    let name: String
    /// Under which heading it is listed.
    let section: VariableSection
    /// The text that stands for it when it is not set; nil when there is none.
    let standard: String?
    /// Completes "NAME must be …".
    let expected: String
    /// What it is for, as a sentence.
    let help: String
}

/// The headings under which variables are listed.
enum VariableSection: String, CaseIterable, Sendable {
    /// Where clients, operators and Chrome are.
    case listeners = "Listeners"
    /// Who is let in.
    case gate = "Gate"
    /// What tokens are signed with.
    case secret = "Signing key"
    /// How long connections live.
    case connections = "Connections"
    /// Where stored sessions are and how they are sealed.
    case sessions = "Stored sessions"
    /// When a stored session is put into Chrome.
    case injection = "Injection"
    /// What operators see.
    case logs = "Logs"
}
