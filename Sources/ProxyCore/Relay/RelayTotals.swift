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
