/// How long a connection may last although both of its sides live, as its token and the settings say; nil for no limit.
public struct RelaySpan: Sendable, Equatable {
    /// Why a connection's time is over.
    public enum End: Sendable, CaseIterable {
        /// Its token has expired.
        case expiry
        /// It is as old as it may be.
        case age
        /// Its client has sent no message for as long as it may.
        case idleness

        /// The code that the client is told.
        public var code: CloseCode {
            switch self {
            case .expiry: .tokenExpired
            case .age: .outlived
            case .idleness: .idle
            }
        }

        /// The reason that the client is told with the code.
        var reason: String {
            switch self {
            case .expiry: "the token has expired"
            case .age: "the connection is as old as it may be"
            case .idleness: "the client sent nothing for as long as it may"
            }
        }

        /// The claim that says when.
        var claim: StaticString {
            switch self {
            case .expiry: "exp"
            case .age: "maxSeconds"
            case .idleness: "maxIdle"
            }
        }
    }

    /// From the beginning to the token's expiry.
    public let untilExpiry: Duration?
    /// From the beginning.
    public let age: Duration?
    /// From the client's last message.
    public let idleness: Duration?

    /// A span with these limits.
    public init(untilExpiry: Duration?, age: Duration?, idleness: Duration?) {
        self.untilExpiry = untilExpiry
        self.age = age
        self.idleness = idleness
    }

    /// Whether the connection lasts until one of its sides ends it.
    public var isEndless: Bool { untilExpiry == nil && age == nil && idleness == nil }
}
