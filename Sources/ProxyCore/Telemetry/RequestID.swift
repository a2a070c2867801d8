/// A short random name for one request, which its answer and its log lines carry.
///
/// 60 random bits, so that two requests of one fleet's day hardly ever share one. It is no secret and proves nothing.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    /// Twelve characters of `0-9a-z` without `i`, `l`, `o` and `u`, which are misread.
    public let description: String

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".unicodeScalars)

    /// A fresh id from the system's random numbers.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// A fresh id from `generator`.
    public init(using generator: inout some RandomNumberGenerator) {
        var bits: UInt64 = generator.next()
        var text = String.UnicodeScalarView()
        for _ in 0..<12 {
            text.append(Self.alphabet[Int(bits & 31)])
            bits >>= 5
        }
        description = String(text)
    }
}
