/// The payload of a Close frame, as far as it has come: nothing, or a code of two bytes and a reason for people
/// (RFC 6455, section 5.5.1).
struct ClosePayload: Sendable {
    private let maskingKey: MaskingKey?
    private var bytes: [UInt8] = []

    /// The payload of a frame with a mask or without, before its first byte.
    init(maskingKey: MaskingKey?) {
        self.maskingKey = maskingKey
    }

    /// Adds the next byte as it stood on the wire.
    mutating func append(_ byte: UInt8) {
        bytes.append(byte ^ (maskingKey?[bytes.count] ?? 0))
    }

    /// What a whole payload says: its code, which must be legal, before a reason in UTF-8.
    func code() throws(FrameFault) -> CloseCode {
        guard !bytes.isEmpty else { return .noStatus }
        guard bytes.count >= 2 else { throw .closeCode }
        let code = CloseCode(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
        guard code.isLegalOnTheWire else { throw .closeCode }
        guard String(validating: bytes[2...], as: UTF8.self) != nil else { throw .closeReason }
        return code
    }
}
