import Glibc

/// Why a system call failed: the kernel's error number.
///
/// `EINTR` never gets this far (the call is made again), "would block" is a value and not an error, and the two that
/// only a mistake of ours can cause (`EBADF`, `EFAULT`) trap where they are seen.
public struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number, as in `errno(3)`.
    public let code: Int32

    /// The error with the kernel's number `code`.
    public init(code: Int32) {
        self.code = code
    }

    /// The kernel's words for the error; they never contain what a peer sent.
    public var description: String {
        unsafe String(cString: strerror(code))
    }

    /// The process may open no more descriptors.
    public static let tooManyOpenFiles = Errno(code: EMFILE)
    /// The system may open no more descriptors.
    public static let tooManyOpenFilesInSystem = Errno(code: ENFILE)
    /// The peer gave the connection up with a reset.
    public static let connectionReset = Errno(code: ECONNRESET)
    /// No socket listens at the address.
    public static let connectionRefused = Errno(code: ECONNREFUSED)
    /// The address is taken.
    public static let addressInUse = Errno(code: EADDRINUSE)
    /// There is no entry of that name.
    public static let noSuchEntry = Errno(code: ENOENT)
    /// The entry is a link, and links are not followed.
    public static let isLink = Errno(code: ELOOP)
    /// The peer does not keep to the protocol.
    public static let protocolError = Errno(code: EPROTO)
    /// The call is not possible on this kind of descriptor.
    public static let invalidArgument = Errno(code: EINVAL)
}

/// Makes a system call until it is not interrupted; nil stands for "would block".
@inline(__always)
func retrying<Result: FixedWidthInteger & SignedInteger>(
    _ call: () -> Result
) throws(Errno) -> Result? {
    while true {
        let result = call()
        if result >= 0 { return result }
        switch errno {
        case EINTR: continue
        case EAGAIN: return nil
        case EBADF: preconditionFailure("a descriptor was used after it was closed")
        case EFAULT: preconditionFailure("a buffer outside of the address space")
        case let code: throw Errno(code: code)
        }
    }
}

/// Makes a system call that cannot block.
@inline(__always)
func checked(_ call: () -> Int32) throws(Errno) -> Int32 {
    guard let result = try retrying(call) else { throw Errno(code: EAGAIN) }
    return result
}
