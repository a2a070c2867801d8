import CLinux
import Glibc

/// A non-blocking pipe that spliced bytes pass through. Both ends close with it.
public struct Pipe: ~Copyable, Sendable {
    /// Where bytes come out.
    public let output: Descriptor
    /// Where bytes go in.
    public let input: Descriptor
    /// How many bytes the kernel keeps in it.
    public let capacity: Int

    /// Makes a pipe that holds up to `wanted` bytes, or what the kernel allows this user.
    public init(capacity wanted: Int) throws(Errno) {
        var ends: (Int32, Int32) = (-1, -1)
        let made = unsafe withUnsafeMutablePointer(to: &ends) { pair in
            unsafe pair.withMemoryRebound(to: Int32.self, capacity: 2) { first in
                unsafe clinux_pipe(first)
            }
        }
        if made != 0 { throw Errno(code: errno) }
        output = Descriptor(owning: ends.0)
        input = Descriptor(owning: ends.1)
        let size = clinux_set_pipe_size(ends.1, Int32(wanted))
        capacity = size > 0 ? Int(size) : 65_536
    }
}
