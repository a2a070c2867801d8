/// Bytes that must never be printed: a key, a password, a token.
///
/// Descriptions, string interpolation, `dump` and mirrors all show the same two words, so that a secret inside
/// of a larger value that somebody logs stays secret.
public struct SecretBytes: Sendable {
    private let bytes: [UInt8]

    /// Keeps `bytes` as they are.
    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Keeps the UTF-8 bytes of `text`, untouched.
    public init(utf8 text: String) {
        self.init(text.utf8)
    }

    /// How many bytes there are.
    public var count: Int { bytes.count }

    /// The bytes, for the one place that computes with them.
    public func reveal() -> [UInt8] { bytes }

    /// The bytes as text, for the one place that sends them on.
    public func revealText() -> String { String(decoding: bytes, as: UTF8.self) }

    /// Whether both hold the same bytes. The time taken depends on the lengths only.
    public func equals(_ other: SecretBytes) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        return zip(bytes, other.bytes).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is a secret, and nothing of it.
    public var description: String { "a secret" }

    /// Says that there is a secret, and nothing of it.
    public var debugDescription: String { "a secret" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
