import NIOCore

/// How long a connection may take for what, and how much is read for nobody.
struct ConnectionLimits: Sendable {
    /// From its opening to the end of its first head.
    var opening = TimeAmount.seconds(10)
    /// From an answer to the end of the next head: longer than load balancers keep a connection, which would otherwise
    /// send a request into one that is being closed.
    var idle = TimeAmount.seconds(75)
    /// From a head to its body's end, and from there until the answer has been taken.
    var request = TimeAmount.seconds(60)
    /// From the last answer to the end, while the client finishes what it was sending.
    var leaving = TimeAmount.seconds(30)
    /// How many bytes of a body that nobody wants are read then.
    var leavingBytes = 64 << 20
}
