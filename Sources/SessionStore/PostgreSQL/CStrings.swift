/// Byte strings as C takes an array of them: laid one after another, each ended by a NUL, with a table of pointers.
struct CStrings {
    private var block: [UInt8] = []
    private var starts: [Int?] = []

    /// How many there are, NULL pointers included.
    var count: Int32 { Int32(starts.count) }

    /// Adds bytes, which may hold a NUL where their length is told too.
    mutating func append(_ bytes: some Collection<UInt8>) {
        starts.append(block.count)
        block.append(contentsOf: bytes)
        block.append(0)
    }

    /// Adds a NULL pointer.
    mutating func appendNull() {
        starts.append(nil)
    }

    /// Lends the table of pointers, which is good until the body returns.
    func withPointers<Answer>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Answer) -> Answer {
        // Each start lies within the block, which stays where it is until the closure returns.
        unsafe block.withUnsafeBytes { bytes in
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe starts.map { start in
                unsafe start.flatMap { offset in unsafe base.map { unsafe $0 + offset } }
            }
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
