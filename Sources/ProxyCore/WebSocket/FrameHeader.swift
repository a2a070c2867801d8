/// What a frame is (RFC 6455, section 5.2).
public enum Opcode: UInt8, Sendable {
    /// Goes on with the message that the frame before began.
    case continuation = 0x0
    /// Begins a message of UTF-8 text.
    case text = 0x1
    /// Begins a message of bytes.
    case binary = 0x2
    /// Ends the connection.
    case close = 0x8
    /// Asks for a Pong.
    case ping = 0x9
    /// Answers a Ping, or says unasked that the sender lives.
    case pong = 0xA

    /// Control frames may stand between the fragments of a message (section 5.5).
    public var isControl: Bool { rawValue & 0x8 != 0 }
}

/// The four bytes that a client's payload is exclusive-ored with (RFC 6455, section 5.3).
public struct MaskingKey: Hashable, Sendable {
    /// The key's bytes in the order of the wire, first byte lowest.
    public let littleEndian: UInt32

    /// The key whose bytes read so as a little-endian number.
    public init(littleEndian: UInt32) {
        self.littleEndian = littleEndian
    }

    /// A key that cannot be guessed.
    public static func random() -> MaskingKey {
        MaskingKey(littleEndian: .random(in: .min ... .max))
    }

    /// The key's byte for a position of the payload.
    @inline(__always)
    public subscript(position: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: littleEndian >> UInt32(8 * (position & 3)))
    }

    /// The key for the bytes from a position of the payload on.
    func advanced(by position: Int) -> MaskingKey {
        let shift = UInt32(8 * (position & 3))
        return MaskingKey(littleEndian: littleEndian >> shift | littleEndian << (32 - shift))
    }

    /// Masks or unmasks in place the payload that begins at `start`.
    func apply(to bytes: inout [UInt8], from start: Int) {
        var span = bytes.mutableSpan
        apply(to: &span, from: start)
    }

    /// Masks or unmasks in place the payload that begins at `start`.
    public func apply(to bytes: inout MutableSpan<UInt8>, from start: Int) {
        let (first, second, third, fourth) = (self[0], self[1], self[2], self[3])
        var index = start
        while index &+ 4 <= bytes.count {
            bytes[index] ^= first
            bytes[index &+ 1] ^= second
            bytes[index &+ 2] ^= third
            bytes[index &+ 3] ^= fourth
            index &+= 4
        }
        while index < bytes.count {
            bytes[index] ^= self[index &- start]
            index &+= 1
        }
    }
}

/// The header of a frame as a value; reading and writing are inverse.
public struct FrameHeader: Hashable, Sendable {
    /// Whether the frame ends its message.
    public var isFinal: Bool
    /// What the frame is.
    public var opcode: Opcode
    /// The key of a masked payload, nil when it is not masked.
    public var maskingKey: MaskingKey?
    /// The payload's length in bytes, below 2^63.
    public var payloadLength: UInt64

    /// The longest header: two bytes, eight of length, four of key.
    public static let longest = 14

    /// The bit of the first byte, RSV1, that marks a message as compressed where that was agreed on (RFC 7692, section 6).
    static let compressed: UInt8 = 0x40

    /// A header from its parts.
    public init(isFinal: Bool = true, opcode: Opcode, maskingKey: MaskingKey?, payloadLength: UInt64) {
        self.isFinal = isFinal
        self.opcode = opcode
        self.maskingKey = maskingKey
        self.payloadLength = payloadLength
    }

    /// How long a header is that begins with these two bytes.
    @inline(__always)
    public static func length(first: UInt8, second: UInt8) -> Int {
        let extended =
            switch second & 0x7F {
            case 126: 2
            case 127: 8
            default: 0
            }
        return 2 + extended + (second & 0x80 == 0 ? 0 : 4)
    }

    /// Whether bytes that come one by one are a header by now, no more and no less.
    @inline(__always)
    static func isWhole(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes.count == length(first: bytes[0], second: bytes[1])
    }

    /// Reads the header at the start of bytes that hold it whole. Refuses what section 5.2 forbids in any frame.
    @inline(__always)
    public init(_ bytes: Span<UInt8>) throws(FrameFault) {
        let first = bytes[0]
        let second = bytes[1]
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .unknownOpcode }
        let (length, end) = try Self.payloadLength(bytes, short: second & 0x7F)
        isFinal = first & 0x80 != 0
        self.opcode = opcode
        payloadLength = length
        maskingKey = second & 0x80 == 0 ? nil : MaskingKey(littleEndian: Self.littleEndian(bytes, at: end))
    }

    /// Reads the payload's length, which must be written in the fewest bytes, and says where it ends.
    private static func payloadLength(
        _ bytes: Span<UInt8>,
        short: UInt8
    ) throws(FrameFault) -> (length: UInt64, end: Int) {
        guard short >= 126 else { return (UInt64(short), 2) }
        let width = short == 126 ? 2 : 8
        var length: UInt64 = 0
        for index in 2..<2 + width { length = length << 8 | UInt64(bytes[index]) }
        guard length > (width == 2 ? 125 : 65_535) else { throw .lengthNotMinimal }
        guard length <= UInt64(Int64.max) else { throw .lengthOutOfRange }
        return (length, 2 + width)
    }

    private static func littleEndian(_ bytes: Span<UInt8>, at start: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[start + index]) << UInt32(8 * index) }
        return value
    }

    /// Appends the header's bytes.
    public func write(to bytes: inout [UInt8]) {
        let mask: UInt8 = maskingKey == nil ? 0 : 0x80
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch payloadLength {
        case 0..<126: bytes.append(mask | UInt8(payloadLength))
        case 126..<65_536:
            bytes.append(mask | 126)
            Self.append(payloadLength, width: 2, to: &bytes)
        default:
            bytes.append(mask | 127)
            Self.append(payloadLength, width: 8, to: &bytes)
        }
        if let maskingKey { for position in 0..<4 { bytes.append(maskingKey[position]) } }
    }

    private static func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
        for index in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
