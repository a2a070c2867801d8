/// How much a log line matters.
public enum LogLevel: String, Sendable, Comparable, CaseIterable {
    /// For a developer who searches for a fault.
    case debug
    /// What normally happens.
    case info
    /// Something was refused or went wrong, and the proxy goes on.
    case warning
    /// The proxy cannot do its work.
    case error

    /// By weight: debug is the least.
    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.weight < right.weight
    }

    private var weight: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
