/// What compression did to the messages of connections that were compressed on the client's side.
public struct CompressionTotals: Equatable, Sendable {
    /// Bytes of messages to clients, before compression.
    public var plainToClient: UInt64 = 0
    /// The same messages, compressed.
    public var compressedToClient: UInt64 = 0
    /// Bytes of clients' messages, inflated.
    public var plainToChrome: UInt64 = 0
    /// The same messages, as they came.
    public var compressedToChrome: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// Both together.
    public static func + (left: CompressionTotals, right: CompressionTotals) -> CompressionTotals {
        var sum = left
        sum.plainToClient &+= right.plainToClient
        sum.compressedToClient &+= right.compressedToClient
        sum.plainToChrome &+= right.plainToChrome
        sum.compressedToChrome &+= right.compressedToChrome
        return sum
    }
}
