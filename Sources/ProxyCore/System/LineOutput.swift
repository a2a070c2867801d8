import Glibc

/// Writes whole lines to a descriptor that the program did not open, standard error as a rule, and never blocks on it.
///
/// The descriptor stays blocking, since the process that started this one shares it. `poll` is asked first: it
/// calls a pipe writable only while `PIPE_BUF` bytes fit, and one write of at most that many is atomic and does not
/// block (pipe(7)). A file or a terminal is always writable.
public struct LineOutput: Sendable {
    /// The longest line, or lines, that are sure not to block: `PIPE_BUF`.
    public static let lineLimit = 4096

    /// Standard error.
    public static let standardError = LineOutput(borrowing: 2)

    private let number: Int32

    /// Lines to the descriptor `number`, which stays open as long as this is used.
    public init(borrowing number: Int32) {
        self.number = number
    }

    /// Writes a line, or several at once; false when they could not be taken whole right now, and then nothing of them
    /// was written.
    public func write(_ lines: [UInt8]) -> Bool {
        guard lines.count <= Self.lineLimit, isWritable else { return false }
        let count = unsafe lines.withUnsafeBytes { bytes in
            unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
        }
        return count == lines.count
    }

    private var isWritable: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLOUT | POLLERR | POLLHUP) == Int16(POLLOUT)
    }
}
