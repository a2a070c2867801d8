/// Splits the same bytes into reads in many ways, for parsers whose result must not depend on the split.
public enum ByteSplitter {
    /// The number of bytes received after each read, for every way: whole, byte by byte, and split once at every
    /// `step`th offset.
    public static func schedules(of count: Int, step: Int = 1) -> [[Int]] {
        guard count > 1 else { return [[count]] }
        return [[count], Array(1...count)] + stride(from: 1, to: count, by: step).map { [$0, count] }
    }

    /// The pieces of `bytes` for every way, for parsers that get each byte once.
    public static func pieces(of bytes: [UInt8], step: Int = 1) -> [[ArraySlice<UInt8>]] {
        schedules(of: bytes.count, step: step).map { schedule in
            zip([0] + schedule, schedule).map { bytes[$0..<$1] }
        }
    }

    /// The different outcomes of all ways, in order of appearance. There is one if the split does not matter.
    ///
    /// `parse` gets the number of bytes received after each read, for parsers that get all bytes each time.
    public static func outcomes<Outcome: Equatable>(
        of bytes: [UInt8],
        step: Int = 1,
        _ parse: (_ schedule: [Int]) -> Outcome
    ) -> [Outcome] {
        var distinct: [Outcome] = []
        for schedule in schedules(of: bytes.count, step: step) {
            let outcome = parse(schedule)
            if !distinct.contains(outcome) { distinct.append(outcome) }
        }
        return distinct
    }
}
