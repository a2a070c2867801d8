/// Bytes that must never be printed: a key, a password, a token.
///
/// It shows nothing of itself, so that a secret inside of a larger value stays secret when that value is logged.
public struct SecretBytes: Sendable, Redacted {
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
