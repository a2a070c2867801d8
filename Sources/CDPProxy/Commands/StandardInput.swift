import Glibc

/// The text piped or typed into a command.
enum StandardInput {
    /// All of it, or its first `limit` bytes. Blocks until it ends; a descriptor that cannot be read is empty.
    static func read(atMost limit: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            // The kernel writes at most the number of bytes it is given, which is what the buffer still has.
            let step = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress?.advanced(by: count), limit - count)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { break }
            count += step
        }
        return Array(bytes.prefix(count))
    }
}
