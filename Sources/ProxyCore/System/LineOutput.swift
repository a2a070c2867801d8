import Glibc

/// Writes whole lines to a descriptor somebody else owns, standard error as a rule, and never blocks on it.
///
/// The descriptor is not made non-blocking, since it is shared with whoever started us. `poll` is asked first: it
/// calls a pipe writable only while `PIPE_BUF` bytes fit, and one write of at most that many is atomic and does not
/// block (pipe(7)). A file or a terminal is always writable.
public struct LineOutput: Sendable {
    /// The longest line that is sure not to block: `PIPE_BUF`.
    public static let lineLimit = 4096

    /// Standard error.
    public static let standardError = LineOutput(borrowing: 2)

    private let number: Int32

    /// Lines to the descriptor `number`, which stays open as long as this is used.
    public init(borrowing number: Int32) {
        self.number = number
    }

    /// Writes one line; false when it could not be taken whole right now, and then none of it was written.
    public func write(_ line: [UInt8]) -> Bool {
        guard line.count <= Self.lineLimit, isWritable else { return false }
        let count = unsafe line.withUnsafeBytes { bytes in
            unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
        }
        return count == line.count
    }

    private var isWritable: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLOUT | POLLERR | POLLHUP) == Int16(POLLOUT)
    }
}
