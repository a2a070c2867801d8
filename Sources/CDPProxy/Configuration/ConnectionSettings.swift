import Settings

/// How many connections there may be, and how long they live.
struct ConnectionSettings: Sendable {
    /// The most WebSocket connections at a time.
    let limits: ConnectionLimits
    /// The most connections at a time whose request has not come whole.
    let halfOpen: Int
    /// How many of them one address may have.
    let halfOpenOfOneAddress: Int
    /// After how much silence a peer is pinged; nil for never.
    let ping: Duration?
    /// How long live connections go on once the proxy drains.
    let drain: Duration
    /// How many event loops, each on a thread of its own, move the frames of connections.
    let loops: Int
    /// How many bytes of one connection may be under way between its two sides.
    let relayBuffer: Int
    /// With which clients messages are compressed.
    let compression: CompressionUse

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        limits = try ConnectionLimits(environment)
        halfOpen = try environment.value(Self.halfOpenVariable)
        halfOpenOfOneAddress = try environment.value(Self.halfOpenOfOneAddressVariable)
        let ping = try environment.value(Self.pingVariable)
        self.ping = ping == .zero ? nil : ping
        drain = try environment.value(Self.drainVariable)
        loops = try environment.value(Self.loopsVariable)
        relayBuffer = try environment.value(Self.relayBufferVariable) << 10
        compression = try environment.value(Self.compressionVariable)
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] =
        ConnectionLimits.variables + [
            halfOpenVariable.description, halfOpenOfOneAddressVariable.description, pingVariable.description,
            drainVariable.description, loopsVariable.description, relayBufferVariable.description,
            compressionVariable.description,
        ]

    private static let halfOpenVariable = Variable(
        "CDP_PROXY_MAX_HALF_OPEN",
        in: .connections,
        standard: "4096",
        expected: "a whole number from 16 to 8192",
        help: "The most connections whose request has not come whole; for one more the oldest silent one is closed.",
        parse: { VariableParsing.integer($0, in: 16...8192) }
    )
    private static let halfOpenOfOneAddressVariable = Variable(
        "CDP_PROXY_MAX_HALF_OPEN_PER_ADDRESS",
        in: .connections,
        standard: "2048",
        expected: "a whole number from 1 to 8192",
        help: "How many of them one address may have; a trusted proxy may have them all.",
        parse: { VariableParsing.integer($0, in: 1...8192) }
    )
    private static let pingVariable = Variable(
        "CDP_PROXY_PING",
        in: .connections,
        standard: "30s",
        expected: "a duration from 0s (never) to 1h, such as 30s",
        help: "After how much silence a connection is pinged.",
        parse: { VariableParsing.duration($0, in: .zero ... .seconds(3600)) }
    )
    private static let drainVariable = Variable(
        "CDP_PROXY_DRAIN",
        in: .connections,
        standard: "60s",
        expected: "a duration from 0s to 24h, such as 60s",
        help: "How long live connections go on once the proxy drains.",
        parse: { VariableParsing.duration($0, in: .zero ... .seconds(86_400)) }
    )
    private static let loopsVariable = Variable(
        "CDP_PROXY_LOOPS",
        in: .connections,
        standard: "1",
        expected: "a whole number from 1 to 64",
        help: "How many threads move the frames of connections.",
        parse: { VariableParsing.integer($0, in: 1...64) }
    )
    private static let relayBufferVariable = Variable(
        "CDP_PROXY_RELAY_BUFFER_KIB",
        in: .connections,
        standard: "1024",
        expected: "a whole number of KiB from 64 to 1024",
        help: "How much of a large message may be under way inside the kernel for one connection.",
        parse: { VariableParsing.integer($0, in: 64...1024) }
    )
    private static let compressionVariable = Variable(
        "CDP_PROXY_COMPRESSION",
        in: .connections,
        standard: "auto",
        expected: "auto, on or off",
        help:
            "Whether clients that offer permessage-deflate get it; auto: unless their address is loopback or private.",
        parse: { CompressionUse(rawValue: $0) }
    )
}
