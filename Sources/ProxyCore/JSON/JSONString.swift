/// A JSON string. Nearly always Unicode text; JSON can also escape half a surrogate pair (`"\ud800"`, RFC 8259 section
/// 8.2), which pages do store and no `String` can hold, so such a string is kept as it is and written back the same.
public struct JSONString: Sendable, Hashable, ExpressibleByStringInterpolation {
    private enum Storage: Sendable {
        case text(String)
        /// UTF-8, except that each lone surrogate stands as the three bytes a code point of its number would have.
        case illFormed([UInt8])
    }

    private let storage: Storage

    /// The string holding `text`.
    public init(_ text: String) { storage = .text(text) }

    /// A string, written as a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// A string with at least one lone surrogate, as the parser decoded it.
    init(illFormed bytes: [UInt8]) { storage = .illFormed(bytes) }

    /// The text; nil when the string has a lone surrogate.
    public var text: String? { if case .text(let text) = storage { text } else { nil } }

    /// The bytes of a string that is not text; nil when it is.
    var illFormedBytes: [UInt8]? { if case .illFormed(let bytes) = storage { bytes } else { nil } }

    /// Whether this is `text`, byte for byte.
    public func equals(_ text: String) -> Bool {
        if case .text(let mine) = storage { mine.hasSameBytes(as: text) } else { false }
    }

    /// Whether both hold the same bytes.
    public static func == (left: JSONString, right: JSONString) -> Bool {
        switch (left.storage, right.storage) {
        case (.text(let left), .text(let right)): left.hasSameBytes(as: right)
        case (.illFormed(let left), .illFormed(let right)): left == right
        case (.text, .illFormed), (.illFormed, .text): false
        }
    }

    /// Feeds the bytes, so that equal strings and no others hash alike.
    public func hash(into hasher: inout Hasher) {
        var word: UInt64 = 0
        var count = 0
        func add(_ byte: UInt8, to hasher: inout Hasher) {
            word = word << 8 | UInt64(byte)
            count += 1
            if count % 8 == 0 { hasher.combine(word) }
        }
        switch storage {
        case .text(let text): for byte in text.utf8 { add(byte, to: &hasher) }
        case .illFormed(let bytes): for byte in bytes { add(byte, to: &hasher) }
        }
        hasher.combine(word)
        hasher.combine(count)
    }
}

extension String {
    /// Whether both have the same UTF-8 bytes. `==` is no substitute: it also takes canonically equivalent text for equal,
    /// so that two names a peer tells apart would be one here.
    public func hasSameBytes(as other: String) -> Bool {
        // Nor is it for a quick look: of a letter with n accents it sorts the accents, in n² steps.
        utf8.count == other.utf8.count && utf8.span.hasSameBytes(as: other.utf8.span)
    }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes. Stops at the first that differs, so it is not for comparing secrets.
    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while count - index >= ByteBlock.width {
            guard ByteBlock(self, at: index) == ByteBlock(other, at: index) else { return false }
            index += ByteBlock.width
        }
        while index < count {
            guard self[index] == other[index] else { return false }
            index += 1
        }
        return true
    }
}
