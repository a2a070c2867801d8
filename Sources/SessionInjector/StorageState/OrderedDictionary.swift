/// Elements in the order in which their keys first came; of one key the last. Takes time linear in their number.
struct LastOfEach<Key: Hashable, Element> {
    /// The elements.
    private(set) var elements: [Element] = []
    private var places: [Key: Int] = [:]

    /// Adds an element, or puts it in the place of the one that has its key.
    mutating func add(_ element: Element, as key: Key) {
        change(key, from: element) { $0 = element }
    }

    /// Changes the element of a key; when there is none yet, `first` with the change.
    mutating func change(_ key: Key, from first: @autoclosure () -> Element, by body: (inout Element) -> Void) {
        if let place = places[key] {
            body(&elements[place])
        } else {
            var element = first()
            body(&element)
            places[key] = elements.count
            elements.append(element)
        }
    }
}
