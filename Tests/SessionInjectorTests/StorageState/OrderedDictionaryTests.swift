import Testing

@testable import SessionInjector

@Suite struct LastOfEachTests {
    /// A key that counts how often it is compared.
    private final class Counter { var comparisons = 0 }

    private struct Key: Hashable {
        let number: Int
        let counter: Counter

        static func == (left: Key, right: Key) -> Bool {
            left.counter.comparisons += 1
            return left.number == right.number
        }

        func hash(into hasher: inout Hasher) { hasher.combine(number) }
    }

    @Test func theLastElementStandsInThePlaceOfTheFirst() {
        var list = LastOfEach<String, Int>()
        for (key, element) in [("a", 1), ("b", 2), ("a", 3)] { list.add(element, as: key) }
        #expect(list.elements == [3, 2])
    }

    @Test func comparisonsGrowWithTheElements() {
        let counter = Counter()
        var list = LastOfEach<Key, Int>()
        for number in 0..<10_000 { list.add(number, as: Key(number: number, counter: counter)) }
        for number in 0..<10_000 { list.add(number, as: Key(number: number, counter: counter)) }
        #expect(counter.comparisons < 100_000)
    }
}
