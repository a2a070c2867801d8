import NIOCore

/// How long each phase of a connection may take, and how many bytes are discarded at its end.
struct ConnectionLimits: Sendable {
    /// From its opening to the end of its first request's head.
    var opening = TimeAmount.seconds(10)
    /// From an answer to the end of the next head. It must be longer than load balancers keep an idle connection,
    /// because they would otherwise send a request into one that is closing.
    var idle = TimeAmount.seconds(75)
    /// From a head to the end of its body, and from there until the client has read the answer.
    var request = TimeAmount.seconds(60)
    /// From the last answer to the close, while the client finishes sending.
    var closing = TimeAmount.seconds(30)
    /// The most bytes that are read and discarded in that time.
    var closingBytes = 64 << 20
}
