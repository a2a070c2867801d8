import ArgumentParser
import Settings

/// How long a token or its connections last, as `--ttl` and others say it: from one second to a year.
struct TimeToLive: ExpressibleByArgument, Sendable {
    /// An hour.
    static let standard = TimeToLive(duration: .seconds(3600), defaultValueDescription: "1h")

    /// The length.
    let duration: Duration
    /// The text in the help.
    let defaultValueDescription: String

    /// Reads `30s`, `5m`, `1h`; nil for anything else, and out of range.
    init?(argument: String) {
        let year = Duration.seconds(366 * 86_400)
        guard let duration = VariableParsing.duration(argument, in: .seconds(1)...year) else { return nil }
        self.duration = duration
        defaultValueDescription = argument
    }

    private init(duration: Duration, defaultValueDescription: String) {
        self.duration = duration
        self.defaultValueDescription = defaultValueDescription
    }
}
