/// What a peer did that RFC 6455, or this proxy's promise, forbids. The raw value is the label in the log.
public enum FrameFault: String, Error, Hashable, Sendable {
    /// RSV1-3 are set where no agreed extension has them (section 5.2).
    case reservedBits = "reserved_bits"
    /// An undefined opcode (section 5.2).
    case unknownOpcode = "unknown_opcode"
    /// A length in more bytes than it needs (section 5.2).
    case lengthNotMinimal = "length_not_minimal"
    /// A length of 2^63 or more (section 5.2).
    case lengthOutOfRange = "length_out_of_range"
    /// A client's frame without a mask (section 5.1).
    case notMasked = "not_masked"
    /// A server's frame with a mask (section 5.1).
    case masked
    /// A control frame in fragments (section 5.5).
    case controlFragmented = "control_fragmented"
    /// A control frame of more than 125 bytes (section 5.5).
    case controlTooLong = "control_too_long"
    /// A continuation of nothing (section 5.4).
    case continuationOfNothing = "continuation_of_nothing"
    /// A new message before the last one ended (section 5.4).
    case messageInsideMessage = "message_inside_message"
    /// A Close frame with one byte, or a code that may not stand there (sections 5.5.1 and 7.4).
    case closeCode = "close_code"
    /// A Close frame whose reason is not UTF-8 (section 5.5.1).
    case closeReason = "close_reason"
    /// Binary data from a client: CDP is text.
    case binary
    /// A message longer than Chrome takes.
    case messageTooLong = "message_too_long"
    /// A compressed message that no compressor writes (RFC 7692, section 7.2.2).
    case brokenCompression = "broken_compression"
    /// A message too long to be held, whose beginning went on before the rest was found to be no command.
    case notACommand = "not_a_command"

    /// The code the peer is told with.
    public var closeCode: CloseCode {
        switch self {
        case .binary: .unsupportedData
        case .messageTooLong: .messageTooBig
        case .closeReason, .brokenCompression, .notACommand: .invalidPayload
        case .reservedBits, .unknownOpcode, .lengthNotMinimal, .lengthOutOfRange, .notMasked, .masked,
            .controlFragmented, .controlTooLong, .continuationOfNothing, .messageInsideMessage, .closeCode:
            .protocolError
        }
    }

    /// What the peer is told beside the code, in at most 123 bytes.
    public var reason: String {
        switch self {
        case .reservedBits: "reserved bits are set that no agreed extension has here"
        case .unknownOpcode: "unknown opcode"
        case .lengthNotMinimal: "a frame's length must be written in the fewest bytes"
        case .lengthOutOfRange: "a frame's length is out of range"
        case .notMasked: "a client must mask its frames"
        case .masked: "a server must not mask its frames"
        case .controlFragmented: "a control frame must not be fragmented"
        case .controlTooLong: "a control frame holds 125 bytes at most"
        case .continuationOfNothing: "there is no message to continue"
        case .messageInsideMessage: "a message began before the last one ended"
        case .closeCode: "a Close frame with a code that may not be sent"
        case .closeReason: "a Close frame whose reason is not UTF-8"
        case .binary: "CDP messages are text"
        case .messageTooLong: "Chrome takes messages of 100 MiB at most"
        case .brokenCompression: "a compressed message cannot be inflated"
        case .notACommand: "a long message turned out not to be a CDP command"
        }
    }
}
