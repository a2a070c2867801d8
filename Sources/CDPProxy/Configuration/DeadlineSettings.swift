import Settings

/// How long the proxy waits for others, and how long a connection may last. How long injection may take is
/// ``InjectionSettings``'.
struct DeadlineSettings: Sendable {
    /// How long a request's head may take to come whole.
    let head: Duration
    /// How long a TLS handshake may take.
    let tls: Duration
    /// How long Chrome may take to answer a handshake or a request.
    let chrome: Duration
    /// After how long without a message of its client a connection ends; nil for never.
    let idle: Duration?
    /// How long a connection may last; nil for ever.
    let age: Duration?

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        head = try environment.value(Self.headVariable)
        tls = try environment.value(Self.tlsVariable)
        chrome = try environment.value(Self.chromeVariable)
        let (idle, age) = (try environment.value(Self.idleVariable), try environment.value(Self.ageVariable))
        (self.idle, self.age) = (idle == .zero ? nil : idle, age == .zero ? nil : age)
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        headVariable.description, tlsVariable.description, chromeVariable.description, idleVariable.description,
        ageVariable.description,
    ]

    private static let headVariable = handshake(
        "CDP_PROXY_HEAD_DEADLINE",
        "10s",
        help: "How long a request's head may take to come whole."
    )
    private static let tlsVariable = handshake(
        "CDP_PROXY_TLS_DEADLINE",
        "10s",
        help: "How long a TLS handshake may take."
    )
    private static let chromeVariable = handshake(
        "CDP_PROXY_CHROME_DEADLINE",
        "5s",
        help: "How long Chrome may take to answer, and a restarted Chrome to come back."
    )
    private static let idleVariable = span(
        "CDP_PROXY_MAX_IDLE",
        help: "After how long without a message of its client a connection ends; a token's maxIdle may be shorter."
    )
    private static let ageVariable = span(
        "CDP_PROXY_MAX_AGE",
        help: "How long a connection may last; a token's maxSeconds may be shorter."
    )

    private static func handshake(_ name: String, _ standard: String, help: String) -> Variable<Duration> {
        Variable(
            name,
            in: .connections,
            standard: standard,
            expected: "a duration from 100ms to 5m, such as \(standard)",
            help: help,
            parse: { VariableParsing.duration($0, in: .milliseconds(100) ... .seconds(300)) }
        )
    }

    private static func span(_ name: String, help: String) -> Variable<Duration> {
        Variable(
            name,
            in: .connections,
            standard: "0s",
            expected: "0s (never) or a duration from 1s to 366d, such as 30m",
            help: help,
            parse: { text in
                VariableParsing.duration(text, in: .zero ... .seconds(366 * 86_400)).flatMap {
                    $0 == .zero || $0 >= .seconds(1) ? $0 : nil
                }
            }
        )
    }
}
