import CLinux
import Glibc

/// An open file descriptor, owned by exactly one place and closed exactly once.
///
/// Every call is one system call. A call that would block gives nil; a broken one throws ``Errno``.
public struct Descriptor: ~Copyable, Sendable {
    /// The kernel's number. A borrower must not use it after the descriptor is gone, nor close it.
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(owning number: Int32) {
        precondition(number >= 0, "not a descriptor")
        self.number = number
    }

    deinit {
        _ = Glibc.close(number)
    }

    /// Closes the descriptor and reports what `close(2)` said; letting it go out of scope closes it silently.
    public consuming func close() throws(Errno) {
        let result = Glibc.close(number)
        let code = errno
        discard self
        // After EINTR the descriptor is gone all the same (Linux), so there is nothing to repeat.
        if result != 0 && code != EINTR { throw Errno(code: code) }
    }

    /// Reads up to the buffer's size; 0 is the end of the stream, nil "nothing there yet".
    @inline(__always)
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
        try retrying { unsafe Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Reads from a socket, as ``read(into:)`` does and in less time: the kernel does not look for a file's ways first.
    @inline(__always)
    public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
        try retrying { unsafe Glibc.recv(number, buffer.baseAddress, buffer.count, 0) }
    }

    /// Writes what the kernel takes of the buffer; nil when it takes nothing now. `more` says that more follows at once,
    /// so that the kernel may wait for it with a segment that is not full.
    ///
    /// `MSG_NOSIGNAL` keeps a peer that went away from ending the process.
    @inline(__always)
    public func send(_ buffer: UnsafeRawBufferPointer, more: Bool = false) throws(Errno) -> Int? {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        return try retrying { unsafe Glibc.send(number, buffer.baseAddress, buffer.count, flags) }
    }

    /// Writes what the kernel takes of the bytes, as with a buffer; nil when it takes nothing now.
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, more: Bool = false) throws(Errno) -> Int? {
        unsafe try bytes.withUnsafeBytes { buffer throws(Errno) in unsafe try send(buffer, more: more) }
    }

    /// Moves up to `count` bytes to `sink` inside the kernel; one of the two must be a pipe. 0 is the end of the
    /// stream, nil "would block".
    @inline(__always)
    public func splice(to sink: borrowing Descriptor, atMost count: Int, more: Bool) throws(Errno) -> Int? {
        let flags = clinux_splice_move | clinux_splice_nonblock | (more ? clinux_splice_more : 0)
        let target = sink.number
        return try retrying { clinux_splice(number, target, count, flags) }
    }

    /// Ends a connection in both directions while the descriptor stays open.
    public func shutdown() {
        _ = Glibc.shutdown(number, Int32(SHUT_RDWR))
    }

    /// Says to the peer that nothing more will be sent. A peer that is gone already is no error.
    public func shutdownSending() {
        _ = Glibc.shutdown(number, Int32(SHUT_WR))
    }
}
