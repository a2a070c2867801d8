// How what one process hands to the next is written as JSON.

extension JSONValue {
    /// A moment, in microseconds since 1970.
    init(_ moment: Timestamp) { self.init(Int(moment.microseconds)) }

    /// The moment that a member is; nil when there is none.
    func moment(_ name: String) -> Timestamp? {
        self[name]?.intValue.map { Timestamp(microseconds: Int64($0)).clamped }
    }

    /// The texts that a member is an array of; nil when there is none, or it holds something else.
    func texts(_ name: String) -> [String]? {
        guard let elements = self[name]?.arrayValue else { return nil }
        let texts = elements.compactMap(\.stringValue)
        return texts.count == elements.count ? texts : nil
    }

    /// The bytes of a hash that a member is, in base64url; nil when there is none.
    func hash(_ name: String) -> [UInt8]? {
        guard let text = self[name]?.stringValue, let bytes = Base64URL.decode(text.utf8.span), bytes.count == 32 else {
            return nil
        }
        return bytes
    }
}

extension Duration {
    /// How many milliseconds it lasts, their fraction left out.
    var wholeMilliseconds: Int { Int(clamping: attoseconds / 1_000_000_000_000_000) }
}
