/// Who ended a connection.
public enum RelaySide: String, Sendable {
    /// The automation client: by its Close frame, its fault or its disappearance.
    case client
    /// Chrome.
    case chrome
    /// The proxy: a drain, an expired token.
    case proxy
}

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

/// What went through a relay so far: bytes on the wire after the handshakes, frame headers included.
public struct RelayTotals: Equatable, Sendable {
    /// Bytes from the client to Chrome.
    public var bytesToChrome: UInt64 = 0
    /// Bytes from Chrome to the client.
    public var bytesToClient: UInt64 = 0
    /// Frames from the client to Chrome.
    public var framesToChrome: UInt64 = 0
    /// Frames from Chrome to the client.
    public var framesToClient: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// What went through both directions.
    init(up: borrowing Flow, down: borrowing Flow) {
        bytesToChrome = up.bytesReceived
        framesToChrome = up.walker.frames
        bytesToClient = down.bytesReceived
        framesToClient = down.walker.frames
    }
}
