/// What the method table says of one CDP method.
public struct MethodRule: Sendable, Hashable {
    /// Which callers may send it.
    public let access: MethodAccess
    /// What its parameters must be looked at for, unless the caller may do everything; nil for those that any parameters
    /// may go with.
    public let check: ParameterCheck?

    /// A rule.
    public init(access: MethodAccess, check: ParameterCheck? = nil) {
        self.access = access
        self.check = check
    }
}
