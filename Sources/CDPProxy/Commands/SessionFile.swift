import Glibc
import ProxyCore

/// A storage state in the clear, on its way in or out: a file, or `-` for standard input and output.
enum SessionFile {
    /// The most that is read: a storage state of this size is a mistake.
    static let limit = 64 << 20

    /// Reads all of a file, or of standard input.
    static func read(_ path: String) throws(SessionCommandError) -> [UInt8] {
        let number = path == "-" ? dup(STDIN_FILENO) : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw failure(path) }
        let file = Descriptor(owning: number)
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { unsafe chunk.deallocate() }
        while true {
            let count: Int?
            do { count = unsafe try file.read(into: chunk) } catch { throw failure(path) }
            guard let count, count > 0 else { return bytes }
            unsafe bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else { throw .tooLarge }
        }
    }

    /// Writes all of the bytes to a file that only its owner can read (mode 0600, also where the file was there
    /// before), or to standard output. A symbolic link is not followed.
    static func write(_ bytes: [UInt8], to path: String) throws(SessionCommandError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        let number = path == "-" ? dup(STDOUT_FILENO) : unsafe open(path, flags, 0o600)
        guard number >= 0 else { throw failure(path) }
        defer { close(number) }
        // Before the first byte is in it: the mode given to `open` counts for new files only.
        if path != "-", fchmod(number, 0o600) != 0 { throw failure(path) }
        var position = 0
        while position < bytes.count {
            // The kernel reads within the slice it is given.
            let count = unsafe bytes[position...].withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            position += count
        }
    }

    private static func failure(_ path: String) -> SessionCommandError {
        .file(path: path == "-" ? "standard input or output" : path, reason: unsafe String(cString: strerror(errno)))
    }
}
