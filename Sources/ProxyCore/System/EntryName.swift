/// The name of an entry in a directory, as the kernel has it: any bytes but `/` and NUL (path_resolution(7)).
public struct EntryName: Hashable, Sendable {
    /// The longest name, in bytes (`NAME_MAX`).
    public static let longest = 255

    /// Its bytes, with the NUL that ends it.
    let terminated: [CChar]

    /// A name; nil for text that is none, such as `..` or one with a `/`.
    public init?(_ text: String) { self.init(bytes: text.utf8) }

    /// A name of these bytes; nil for what is none.
    public init?(bytes: some Collection<UInt8>) {
        let dot = UInt8(ascii: ".")
        guard 1...Self.longest ~= bytes.count, !bytes.elementsEqual([dot]), !bytes.elementsEqual([dot, dot]),
            bytes.allSatisfy({ $0 != 0 && $0 != UInt8(ascii: "/") })
        else { return nil }
        terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    }

    /// Its bytes.
    public var bytes: some BidirectionalCollection<UInt8> {
        terminated.dropLast().lazy.map { UInt8(bitPattern: $0) }
    }

    /// It as text; nil when it is no UTF-8.
    public var text: String? { String(validating: Array(bytes), as: UTF8.self) }
}
