import ProxyCore
import Settings

/// What the log says, and how.
struct LogSettings: Sendable {
    /// How lines are written.
    let format: LogFormat
    /// The least level that is written.
    let level: LogLevel

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        format = try environment.value(Self.formatVariable)
        level = try environment.value(Self.levelVariable)
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        formatVariable.description, levelVariable.description,
    ]

    private static let formatVariable = Variable(
        "CDP_PROXY_LOG",
        in: .logs,
        standard: "json",
        expected: "json or text",
        help: "How log lines are written to standard error: JSON, or text for people.",
        parse: { LogFormat(rawValue: $0) }
    )
    private static let levelVariable = Variable(
        "CDP_PROXY_LOG_LEVEL",
        in: .logs,
        standard: "info",
        expected: "debug, info, warning or error",
        help: "The least level that is logged.",
        parse: { LogLevel(rawValue: $0) }
    )
}
