import TestSupport
import Testing

@testable import ProxyCore

@Suite struct ExpiringTableTests {
    @Test func forgetsWhatIsOver() {
        var table = ExpiringTable<Int, String>(capacity: 10)
        _ = table.insert("a", for: 1, until: 5, now: 0)
        #expect(table.value(for: 1, now: 4.9) == "a")
        #expect(table.value(for: 1, now: 5) == nil)
        #expect(table.value(for: 2, now: 0) == nil)
        table.replaceValue(for: 1, with: "b")
        table.replaceValue(for: 2, with: "c")
        #expect(table.value(for: 1, now: 0) == "b")
        #expect(table.value(for: 2, now: 0) == nil)
    }

    @Test func holdsFewThatAreOver() {
        var table = ExpiringTable<Int, Int>(capacity: 100_000)
        for index in 0..<10_000 {
            let now = Timestamp(microseconds: Int64(index) * 1_000_000)
            let isHeld = table.insert(index, for: index, until: now + 100, now: now)
            #expect(isHeld && table.count <= 512)
        }
        #expect((9_901..<10_000).allSatisfy { table.value(for: $0, now: 9_999) == $0 })
    }

    @Test(arguments: [
        ([1, 2, 3, 4, 5, 6, 7, 8], 6), ([5, 5, 5, 5, 5, 5, 5, 5], 6), ([1, 5, 5, 5, 5, 5, 5, 5], 6), ([3], 0), ([], 0),
    ])
    func forgetsAQuarterAndTheSoonestFirst(ends: [Double], left: Int) {
        var table = ExpiringTable<Int, Int>(capacity: 10)
        for (index, end) in ends.enumerated() {
            _ = table.insert(index, for: index, until: Timestamp(microseconds: Int64(end * 1_000_000)), now: 0)
        }
        table.forgetSoonest()
        #expect(table.count == left)
        let kept = ends.indices.filter { table.value(for: $0, now: 0) != nil }.map { ends[$0] }.sorted()
        #expect(kept == ends.sorted().suffix(left))
    }

    /// Each step inserts one more number and says until when, at what time, and whether it is taken.
    @Test(
        arguments: [
            // A full table takes nothing until something is over, and forgets nothing for it.
            [(10, 0, true), (10, 0, true), (10, 0, true), (10, 9, false), (20, 10, true)],
            // A clock set back does not stop the sweeping.
            [(50, 1000, true), (60, 1000, true), (70, 1000, true), (70, 40, false), (70, 40.5, false), (70, 51, true)],
            // What was over when it came is swept with the rest.
            [(1, 5, true), (1, 5, true), (1, 5, true), (9, 6, true)],
        ] as [[(until: Timestamp, now: Timestamp, isTaken: Bool)]]
    )
    func neverHoldsMoreThanItsCapacity(steps: [(until: Timestamp, now: Timestamp, isTaken: Bool)]) {
        var table = ExpiringTable<Int, Int>(capacity: 3)
        for (index, step) in steps.enumerated() {
            let isTaken = table.insert(index, for: index, until: step.until, now: step.now)
            #expect(isTaken == step.isTaken, "step \(index)")
            #expect(table.count <= 3)
        }
    }
}
