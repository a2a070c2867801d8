import CLinux
import Glibc

/// What tells a file from its earlier self, and from another at its path: without being opened.
public struct FileMark: Sendable, Equatable {
    private let device: dev_t
    private let inode: ino_t
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int
    private let mode: mode_t

    /// The mark of the file at a path, at the end of links; nil when there is none.
    public init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        (device, inode, size) = (status.st_dev, status.st_ino, Int(status.st_size))
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        mode = status.st_mode
    }

    /// Whether users may read it who are neither its owner nor of its group.
    public var isReadableByOthers: Bool { mode & S_IROTH != 0 }
}
