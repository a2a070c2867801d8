/// What clients make of `ws://user:password@host`: `Authorization: Basic` (RFC 7617).
struct BasicCredential: Redacted {
    /// The password, or with an empty one the user.
    private let text: ArraySlice<UInt8>

    /// Reads the base64 behind the scheme; nil when it is none, or has no colon.
    init?(_ encoded: ArraySlice<UInt8>) {
        guard let decoded = Self.decoded(encoded), let colon = decoded.span.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        let password = decoded[(colon + 1)...]
        text = password.isEmpty ? decoded[..<colon] : password
    }

    /// A token, a ticket or an API key by its form; nil for what is none of them, such as a password of another hop.
    var credential: Credential? {
        if text.starts(with: Self.keyPrefix) { return .apiKey(text) }
        if text.count(where: { $0 == UInt8(ascii: ".") }) == 2 { return .bearer(text) }
        guard text.count == Ticket.byteCount, Base64URL.decode(text.span) != nil else { return nil }
        return .ticket(text)
    }

    /// How every API key begins.
    private static let keyPrefix = Array("flybrowser_".utf8)

    /// RFC 4648 section 4, padded or not, by way of the alphabet that has `-` and `_` in the place of `+` and `/`.
    private static func decoded(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        let text = encoded.prefix { $0 != UInt8(ascii: "=") }
        let padding = encoded.dropFirst(text.count)
        let isPadded = padding.count <= 2 && padding.allSatisfy { $0 == UInt8(ascii: "=") }
        guard padding.isEmpty || isPadded && encoded.count.isMultiple(of: 4) else { return nil }
        let respelt = text.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return Base64URL.decode(respelt.span)
    }
}
