/// Why a database differs from the state. The raw value is the label in logs and the reason in the page's script.
public enum DatabaseProblem: String, Sendable, CaseIterable {
    /// An open page has the database open and blocks its upgrade.
    case blocked
    /// Another page's transaction did not end in time.
    case busy
    /// Chrome refused the data.
    case failed
}
