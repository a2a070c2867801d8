/// Why a database is not as the state has it. The raw value is a label for logs, and the word the page uses.
public enum DatabaseProblem: String, Sendable, CaseIterable {
    /// An open page holds it.
    case blocked
    /// Somebody else works with it, and did not make way in time.
    case busy
    /// Chrome did not take it.
    case failed
}
