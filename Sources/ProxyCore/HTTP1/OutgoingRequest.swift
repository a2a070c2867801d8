/// A request of ours: no field of a client's, and what its recipient is to be told.
public enum OutgoingRequest {
    /// The bytes of a request without a body. Chrome keeps the connection open after its answer all the same, so the
    /// answer ends where its `Content-Length` says.
    ///
    /// - Precondition: `target` is in origin-form and holds only bytes that a target may (see `RequestHead.target`).
    public static func bytes(
        _ method: StaticString,
        target: some Sequence<UInt8>,
        to recipient: RequestRecipient = .chrome
    ) -> [UInt8] {
        var bytes = start(method, target: target, to: recipient)
        bytes.append("Connection: close\r\n\r\n")
        return bytes
    }

    /// The request line, and the recipient's fields.
    static func start(
        _ method: StaticString,
        target: some Sequence<UInt8>,
        to recipient: RequestRecipient
    ) -> [UInt8] {
        let target = Array(target)
        precondition(target.first == UInt8(ascii: "/") && target.allSatisfy(ByteSet.target.contains), "not a target")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(target.count + recipient.fields.count + 256)
        bytes.append(method.description)
        bytes.append(UInt8.space)
        bytes += target
        bytes.append(" HTTP/1.1\r\n")
        bytes += recipient.fields
        return bytes
    }
}
