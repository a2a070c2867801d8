/// A short random name for one request, which its answer and its log lines carry.
///
/// 60 random bits, so that two requests of one fleet's day hardly ever share one. It is no secret and proves nothing.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    /// Five bits for each character, the lowest for the first.
    private let bits: UInt64

    private static let length = 12
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A fresh id from the system's random numbers.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// A fresh id from `generator`.
    public init(using generator: inout some RandomNumberGenerator) {
        bits = generator.next() & (1 << UInt64(5 * Self.length) - 1)
    }

    /// Twelve characters of `0-9a-z` without `i`, `l`, `o` and `u`, which are misread.
    public var description: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the twelve characters.
    public func write(to bytes: inout [UInt8]) {
        let alphabet = Self.alphabet
        var rest = bits
        for _ in 0..<Self.length {
            bytes.append(alphabet[Int(rest & 31)])
            rest >>= 5
        }
    }
}
