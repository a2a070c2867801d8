/// How a relay ended.
public struct RelayEnd: Equatable, Sendable {
    /// The first code that was said, or the one that stands for how it ended without (1006).
    public var code: CloseCode
    /// Whose end it was.
    public var side: RelaySide
    /// What the client did wrong, when that was the reason.
    public var fault: FrameFault?

    /// An end by one side.
    public init(code: CloseCode, side: RelaySide, fault: FrameFault? = nil) {
        self.code = code
        self.side = side
        self.fault = fault
    }
}
