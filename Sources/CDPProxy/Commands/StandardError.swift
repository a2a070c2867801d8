import Glibc
import ProxyCore

/// What a command says beside its result, so that the result can be piped.
struct StandardError: TextOutputStream {
    /// For `print(_:to:)`, which wants a variable.
    static var stream: StandardError {
        get { StandardError() }
        set {}
    }

    /// Writes the text to standard error.
    mutating func write(_ string: String) {
        _ = LineOutput.standardError.write(Array(string.utf8))
    }
}
