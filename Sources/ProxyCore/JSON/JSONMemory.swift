/// What the parts of a JSON value take of memory at most, in bytes: what a parse reckons with before it makes them.
///
/// An array that grows has room for up to twice its elements. An allocation of its own has a header, and is rounded up.
enum JSONMemory {
    /// An allocation besides what stands in it.
    static let allocation = 48
    /// An element of an array.
    static let element = 2 * MemoryLayout<JSONValue>.stride
    /// A member of an object, and its place in the index of names that an object with many has while it is parsed.
    static let member = 2 * (MemoryLayout<JSONObject.Member>.stride + 2 * MemoryLayout<(JSONString, Int)>.stride)

    /// A string of so many bytes in UTF-8; a short one stands in the value itself.
    static func string(_ count: Int) -> Int { count < 16 ? 0 : allocation + count }
}
