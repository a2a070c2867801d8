/// Why a stored origin is left out. The raw value is a label for logs.
public enum OriginProblem: String, Sendable, CaseIterable {
    /// The state does not name the origin.
    case missing
    /// The text is not an http or https origin.
    case scheme
    /// Chrome opens the origin over https only.
    case upgraded
    /// A policy of Chrome forbids the origin.
    case policy
}
