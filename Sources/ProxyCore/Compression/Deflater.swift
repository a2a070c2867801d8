internal import CZlib

/// Compresses what passes through, in pieces that each refer to the ones before (RFC 1951), by zlib. It takes 54 KiB with its
/// standard window.
///
/// `@safe`: the pointer is freed once, with this object, and used by one thread at a time.
@safe final class Deflater {
    /// zlib's level: of JSON and HTML as CDP has them the next one takes up to an eighth more CPU time and saves nothing more.
    private static let level: Int32 = 5
    /// zlib's measure of memory, which gives 2^14 bytes: no more bytes are saved with more.
    private static let memory: Int32 = 5

    /// How many bytes back a piece may refer, as a power of two: 9 to 15.
    let windowBits: Int
    private let stream: UnsafeMutablePointer<z_stream>
    private var looksForMatches = true

    /// A stream with nothing before it; nil when there is no memory. zlib is loaded (``Zlib/isLoaded``).
    init?(windowBits: Int) {
        guard let stream = unsafe czlib_make_deflater(Self.level, Int32(windowBits), Self.memory) else { return nil }
        unsafe self.stream = unsafe stream
        self.windowBits = windowBits
    }

    deinit {
        unsafe czlib_free_deflater(stream)
    }

    /// Compresses the bytes and appends to `out` what they came to so far; all of it, to a byte's end, when it is to be flushed.
    func deflate(_ bytes: Span<UInt8>, flushing: Bool, through room: inout [UInt8], into out: inout [UInt8]) {
        var position = 0
        var written = 0
        repeat {
            var taken = 0
            unsafe bytes.extracting(position...).withUnsafeBufferPointer { bytes in
                unsafe room.withUnsafeMutableBufferPointer { room in
                    unsafe czlib_deflate(
                        stream,
                        bytes.baseAddress,
                        bytes.count,
                        flushing,
                        room.baseAddress,
                        room.count,
                        &taken,
                        &written
                    )
                }
            }
            position += taken
            out.append(room.span.extracting(..<written))
        } while written == room.count || position < bytes.count
    }

    /// Whether to look for matches with earlier bytes. Of bytes that have none, such as a picture's in base64, half of the CPU
    /// time and more is spent on the search. Appends to `out` what had to be written before.
    func lookForMatches(_ looks: Bool, through room: inout [UInt8], into out: inout [UInt8]) {
        guard looks != looksForMatches else { return }
        looksForMatches = looks
        let written = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe czlib_match(stream, looks, Self.level, room.baseAddress, room.count)
        }
        out.append(room.span.extracting(..<written))
    }

    /// Forgets what went through.
    func reset() { unsafe czlib_reset_deflater(stream) }
}

/// The library.
enum Zlib {
    /// Whether zlib could be loaded, which is tried once.
    static let isLoaded = czlib_load()

    /// Gives the system back the memory of streams that were freed.
    static func giveBack() { czlib_give_back() }
}
