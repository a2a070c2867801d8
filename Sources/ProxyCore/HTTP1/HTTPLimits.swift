/// How much of a message head is read before it is refused. All sizes are bytes.
public struct HTTPLimits: Sendable {
    /// The whole head with its line ends and the blank line. A line may be as long as there is room for in it: a token may
    /// take nearly all of a head, in its first line or in a field.
    public let head: Int
    /// How many field lines.
    public let fieldCount: Int
    /// The body that `Content-Length` may announce; 0 where no body belongs.
    public let body: Int

    /// Limits of 16 KiB for the head and 100 fields unless told otherwise.
    ///
    /// - Precondition: `head` is at most 65,535, since field offsets are kept in 16 bits.
    public init(
        head: Int = 16 * 1024,
        fieldCount: Int = 100,
        body: Int = 0
    ) {
        precondition(head <= Int(UInt16.max), "field offsets are 16 bits wide")
        self.head = head
        self.fieldCount = fieldCount
        self.body = body
    }

    /// For automation clients, and for Chrome's answers: the default sizes, and no request body.
    public static let standard = HTTPLimits()
}
