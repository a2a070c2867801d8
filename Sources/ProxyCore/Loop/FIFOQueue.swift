/// A first-in, first-out queue. Both ends cost a constant number of steps for each element, and the room of elements that
/// have left is used again.
struct FIFOQueue<Element> {
    private var elements: [Element] = []
    private var first = 0

    /// How many elements wait.
    var count: Int { elements.count - first }

    /// Whether no element waits.
    var isEmpty: Bool { first == elements.count }

    /// Adds an element at the end.
    mutating func append(_ element: Element) {
        elements.append(element)
    }

    /// Takes out the element that has waited longest.
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
