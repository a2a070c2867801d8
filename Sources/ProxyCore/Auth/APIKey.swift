internal import Crypto

/// An API key: `flybrowser_` and 32 random bytes in base64url.
///
/// Not printable: it shows its type alone.
public struct APIKey: Sendable, Redacted {
    /// What every key begins with.
    public static let prefix = "flybrowser_"

    private let bytes: [UInt8]

    /// A key of that form; nil for anything else.
    public init?(_ text: ArraySlice<UInt8>) {
        let random = text.dropFirst(Self.prefix.utf8.count)
        guard random.count == 43, text.starts(with: Self.prefix.utf8), Base64URL.decode(random.span) != nil else {
            return nil
        }
        bytes = Array(text)
    }

    private init(random: SymmetricKey) {
        bytes = unsafe random.withUnsafeBytes { unsafe Array((Self.prefix + Base64URL.encode($0)).utf8) }
    }

    /// A new key of 256 random bits.
    public static func random() -> APIKey { APIKey(random: SymmetricKey(size: .bits256)) }

    /// The SHA-256 of its text in hexadecimal, which is all that is stored of it. The key is random, so that a salt or a
    /// slow hash would add nothing.
    public var hash: String {
        String(decoding: Hexadecimal.text(of: SHA256.hash(data: bytes)), as: UTF8.self)
    }

    /// The key as text, for the one place that shows it to its owner.
    public func reveal() -> String { String(decoding: bytes, as: UTF8.self) }
}
