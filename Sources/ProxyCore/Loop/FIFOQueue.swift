/// What waits for its turn: first come, first served. What has left makes room again, at no more than a constant cost each.
struct FIFOQueue<Element> {
    private var elements: [Element] = []
    private var first = 0

    /// How many wait.
    var count: Int { elements.count - first }

    /// Whether nobody waits.
    var isEmpty: Bool { first == elements.count }

    /// Adds one at the end.
    mutating func append(_ element: Element) {
        elements.append(element)
    }

    /// Takes out the one that has waited longest.
    mutating func takeFirst() -> Element? {
        guard first < elements.count else { return nil }
        let element = elements[first]
        first += 1
        if first == elements.count {
            elements.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 1024, first > elements.count / 2 {
            elements.removeFirst(first)
            first = 0
        }
        return element
    }
}
