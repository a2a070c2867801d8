/// A request of ours to Chrome's DevTools server: no credential, no field of a client's, and the one `Host` that Chrome
/// takes at any time (it refuses names other than `localhost`).
public enum OutgoingRequest {
    /// `Host` of every request to Chrome, whatever address Chrome listens on.
    public static let host = "127.0.0.1:9222"

    /// The bytes of a request without a body. Chrome keeps the connection open after its answer all the same, so the
    /// answer ends where its `Content-Length` says.
    ///
    /// - Precondition: `target` is in origin-form and holds only bytes that a target may (see `RequestHead.target`).
    public static func bytes(_ method: StaticString, target: some Sequence<UInt8>) -> [UInt8] {
        var bytes = start(method, target: target)
        bytes.append("Connection: close\r\n\r\n")
        return bytes
    }

    /// The request line and `Host`.
    static func start(_ method: StaticString, target: some Sequence<UInt8>) -> [UInt8] {
        let target = Array(target)
        precondition(target.first == UInt8(ascii: "/") && target.allSatisfy(ByteSet.target.contains), "not a target")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(target.count + 256)
        bytes.append(method.description)
        bytes.append(UInt8.space)
        bytes += target
        bytes.append(behindTarget)
        return bytes
    }

    private static let behindTarget = " HTTP/1.1\r\nHost: \(host)\r\n"
}
