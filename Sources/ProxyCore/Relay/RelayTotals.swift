/// What went through a relay so far: bytes after the handshakes, frame headers included, as they are without encryption and
/// compression.
public struct RelayTotals: Equatable, Sendable {
    /// Bytes from the client to Chrome.
    public var bytesToChrome: UInt64 = 0
    /// Bytes from Chrome to the client.
    public var bytesToClient: UInt64 = 0
    /// Frames from the client to Chrome.
    public var framesToChrome: UInt64 = 0
    /// Frames from Chrome to the client.
    public var framesToClient: UInt64 = 0
    /// What compression did to them on the client's side.
    public var compression = CompressionTotals()

    /// Nothing yet.
    public init() {}

    /// What went through both directions.
    init(up: borrowing Flow, down: borrowing Flow, _ compression: CompressionTotals?) {
        bytesToChrome = up.bytesReceived
        framesToChrome = up.walker.frames
        bytesToClient = down.bytesReceived
        framesToClient = down.walker.frames
        if let compression { self.compression = compression }
    }
}
