/// Why a WebSocket ends, as a Close frame says it (RFC 6455, section 7.4, and the IANA registry beside it).
public struct CloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public let rawValue: UInt16

    /// The code with a number; whether it may stand in a frame is another question (``isLegalOnTheWire``).
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 1000: done.
    public static let normal = CloseCode(rawValue: 1000)
    /// 1001: the endpoint leaves.
    public static let goingAway = CloseCode(rawValue: 1001)
    /// 1002: the peer broke RFC 6455.
    public static let protocolError = CloseCode(rawValue: 1002)
    /// 1003: data of a kind that is not taken, which for CDP is binary.
    public static let unsupportedData = CloseCode(rawValue: 1003)
    /// 1005: a Close frame without a code. Never on the wire.
    public static let noStatus = CloseCode(rawValue: 1005)
    /// 1006: the connection ended without a Close frame. Never on the wire.
    public static let abnormal = CloseCode(rawValue: 1006)
    /// 1007: text that is not UTF-8.
    public static let invalidPayload = CloseCode(rawValue: 1007)
    /// 1009: a message longer than the receiver takes.
    public static let messageTooBig = CloseCode(rawValue: 1009)
    /// 1011: the server cannot go on; here, Chrome is gone.
    public static let internalError = CloseCode(rawValue: 1011)
    /// 1012: the server restarts; here, the proxy drains.
    public static let serviceRestart = CloseCode(rawValue: 1012)
    /// 4001: the token that opened the connection has expired.
    public static let tokenExpired = CloseCode(rawValue: 4001)
    /// 4003: the credential that opened the connection was revoked.
    public static let revoked = CloseCode(rawValue: 4003)
    /// 4008: a newer connection of the same token took its place.
    public static let replaced = CloseCode(rawValue: 4008)
    /// 4009: the client sent no message for as long as its token or the settings allow.
    public static let idle = CloseCode(rawValue: 4009)
    /// 4010: the connection is as old as its token or the settings allow.
    public static let outlived = CloseCode(rawValue: 4010)

    /// Whether an endpoint may put the code into a Close frame.
    public var isLegalOnTheWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// The label that a metric counts the code under: the number where it is registered (1000 to 1014) or one of ours,
    /// `other` for all that a peer makes up, so that no peer can fill a metric and hide the codes that matter.
    public var label: String {
        switch rawValue {
        case 1000...1003, 1005...1014, 4001, 4003, 4008...4010: description
        default: "other"
        }
    }

    /// The number, as log lines write it.
    public var description: String { String(rawValue) }
}
