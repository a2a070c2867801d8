internal import CZlib

/// Inflates a message that was compressed by itself (RFC 1951), by zlib. It takes 42 KiB once it was used.
///
/// `@safe`: the pointer is freed once, with this object, and used by one thread at a time.
@safe final class Inflater {
    /// What came of some bytes.
    struct Step {
        /// How many of them were taken.
        let taken: Int
        /// How many were written; as many as there was room for when there may be more.
        let written: Int
        /// Whether no block is open.
        let isWhole: Bool
    }

    /// The bytes are none that a compressor writes.
    struct Broken: Error {}

    private let stream: UnsafeMutablePointer<z_stream>
    private var isWhole = false

    /// A stream with nothing before it; nil when there is no memory. zlib is loaded (``Zlib/isLoaded``).
    init?() {
        guard let stream = unsafe czlib_make_inflater() else { return nil }
        unsafe self.stream = unsafe stream
    }

    deinit {
        unsafe czlib_free_inflater(stream)
    }

    /// Inflates bytes into the room, as far as it goes.
    func inflate(_ bytes: Span<UInt8>, into room: inout [UInt8]) throws(Broken) -> Step {
        var (taken, written) = (0, 0)
        let result = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe czlib_inflate(
                    stream,
                    bytes.baseAddress,
                    bytes.count,
                    room.baseAddress,
                    room.count,
                    &taken,
                    &written
                )
            }
        }
        guard result != CZLIB_BROKEN else { throw Broken() }
        // zlib says so once only, when the block ends.
        if taken > 0 || written > 0 { isWhole = result == CZLIB_WHOLE }
        return Step(taken: taken, written: written, isWhole: isWhole)
    }

    /// Forgets what went through.
    func reset() {
        unsafe czlib_reset_inflater(stream)
        isWhole = false
    }
}
