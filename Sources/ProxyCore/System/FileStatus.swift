import CLinux
import Glibc

/// What the kernel knows of a file (`stat(2)`).
public struct FileStatus: Sendable {
    /// The kinds of file that are told apart.
    public enum Kind: Sendable {
        case regular
        case directory
        /// A link, a pipe, a socket or a device.
        case other
    }

    /// Its kind.
    public let kind: Kind
    /// How many names it has.
    public let links: Int
    /// Its length, in bytes.
    public let size: Int
    /// How many bytes of the disk it takes.
    public let allocated: Int
    /// When its contents were changed last.
    public let modified: Timestamp
    /// Its permission bits, the set-group-ID bit included.
    let mode: mode_t

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        default: kind = .other
        }
        links = Int(clamping: status.st_nlink)
        size = Int(status.st_size)
        allocated = Int(status.st_blocks) * 512
        let (seconds, nanoseconds) = (Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec))
        // The kernel keeps any 64-bit number of seconds.
        let (microseconds, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000)
        modified =
            (isTooFar ? (seconds > 0 ? .latest : .earliest) : Timestamp(microseconds: microseconds))
            .clamped + .microseconds(nanoseconds / 1000)
        mode = status.st_mode & 0o2777
    }
}
