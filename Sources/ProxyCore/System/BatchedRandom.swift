import Glibc

/// The system's random numbers, fetched a batch at a time: a system call for each would cost more than what they are
/// used for. For names and keys that a caller must not guess; not for secrets, which must not lie in memory before
/// they are used.
public struct BatchedRandom: RandomNumberGenerator, Sendable {
    // 256 bytes: the most that one call gives (getentropy(3)).
    private var batch = InlineArray<32, UInt64>(repeating: 0)
    private var used = 32

    /// A generator that has fetched nothing yet.
    public init() {}

    /// The next number; none is given twice.
    public mutating func next() -> UInt64 {
        if used == batch.count { fetch() }
        defer { used += 1 }
        return batch[used]
    }

    private mutating func fetch() {
        var numbers = batch.mutableSpan
        let isFilled = unsafe numbers.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe getentropy(start, bytes.count) == 0
        }
        precondition(isFilled, "the system gives no random numbers")
        used = 0
    }
}
