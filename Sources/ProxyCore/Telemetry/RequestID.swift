/// A short random name for one request, which its answer and its log lines carry.
///
/// 60 random bits, so that two requests of one fleet's day hardly ever share one. It is no secret and proves nothing.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    /// Twelve characters of `0-9a-z` without `i`, `l`, `o` and `u`, which are misread.
    public let description: String

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A fresh id from the system's random numbers.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// A fresh id from `generator`.
    public init(using generator: inout some RandomNumberGenerator) {
        let bits: UInt64 = generator.next()
        let alphabet = Self.alphabet
        // The closure fills all of the twelve bytes it is given.
        description = unsafe String(unsafeUninitializedCapacity: 12) { bytes in
            for place in 0..<12 {
                unsafe bytes.initializeElement(at: place, to: alphabet[Int(bits >> (5 * UInt64(place)) & 31)])
            }
            return 12
        }
    }
}
