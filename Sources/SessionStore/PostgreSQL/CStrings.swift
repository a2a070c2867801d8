/// Byte strings as a C array of pointers: one block holds them one after another, each with a NUL at its end.
struct CStrings {
    private var block: [UInt8] = []
    private var starts: [Int?] = []

    /// How many pointers there are, including NULL pointers.
    var count: Int32 { Int32(starts.count) }

    /// Adds bytes. They may hold a NUL if the C function gets their length too.
    mutating func append(_ bytes: some Collection<UInt8>) {
        starts.append(block.count)
        block.append(contentsOf: bytes)
        block.append(0)
    }

    /// Adds a NULL pointer.
    mutating func appendNull() {
        starts.append(nil)
    }

    /// Lends the table of pointers, which is valid until the body returns.
    func withPointers<Answer>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Answer) -> Answer {
        // Each start lies within the block, which does not move until the closure returns.
        unsafe block.withUnsafeBytes { bytes in
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe starts.map { start in
                unsafe start.flatMap { offset in unsafe base.map { unsafe $0 + offset } }
            }
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
