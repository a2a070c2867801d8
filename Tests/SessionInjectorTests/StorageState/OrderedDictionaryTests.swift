import Testing

@testable import SessionInjector

@Suite struct OrderedDictionaryTests {
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

    @Test func aKeySetAgainKeepsItsPosition() {
        var dictionary = OrderedDictionary<String, Int>()
        for (key, value) in [("a", 1), ("b", 2), ("a", 3)] { dictionary.set(value, for: key) }
        #expect(dictionary.values == [3, 2])
    }

    @Test func comparisonsGrowLinearlyWithTheKeys() {
        let counter = Counter()
        var dictionary = OrderedDictionary<Key, Int>()
        for number in 0..<10_000 { dictionary.set(number, for: Key(number: number, counter: counter)) }
        for number in 0..<10_000 { dictionary.set(number, for: Key(number: number, counter: counter)) }
        #expect(counter.comparisons < 100_000)
    }
}
