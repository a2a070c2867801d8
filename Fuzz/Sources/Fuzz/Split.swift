/// Ways in which a stream hands over the same bytes.
///
/// The random ones follow from the bytes alone: an input that violates a property does so every time.
enum Split {
    /// How many bytes have come after each read: all at once, byte by byte, and in random pieces, short and long.
    static func schedules(of bytes: [UInt8]) -> [[Int]] {
        guard bytes.count > 1 else { return [[bytes.count]] }
        var generator = Generator(seed: bytes)
        return [[bytes.count], Array(1...bytes.count)]
            + [3, 40].map { longest in
                var schedule: [Int] = []
                while (schedule.last ?? 0) < bytes.count {
                    let piece = Int.random(in: 1...longest, using: &generator)
                    schedule.append(min((schedule.last ?? 0) + piece, bytes.count))
                }
                return schedule
            }
    }

    /// The pieces of `bytes` for each schedule.
    static func pieces(of bytes: [UInt8]) -> [[[UInt8]]] {
        schedules(of: bytes).map { schedule in zip([0] + schedule, schedule).map { Array(bytes[$0..<$1]) } }
    }

    /// Throws unless `read` makes the same of the bytes however they are handed over; returns what it makes.
    static func outcome<Outcome: Equatable>(
        of bytes: [UInt8],
        _ property: String,
        _ read: (_ schedule: [Int]) -> Outcome
    ) throws(Violation) -> Outcome {
        let schedules = schedules(of: bytes)
        let whole = read(schedules[0])
        for schedule in schedules.dropFirst() {
            try expect(read(schedule), equals: whole, "\(property) is the same for pieces that end at \(schedule)")
        }
        return whole
    }
}

/// Numbers that follow from a seed: FNV-1a over its bytes, then SplitMix64.
struct Generator: RandomNumberGenerator {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The numbers that belong to some bytes.
    init(seed: [UInt8]) {
        for byte in seed { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
