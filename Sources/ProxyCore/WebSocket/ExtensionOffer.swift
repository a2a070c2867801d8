/// One extension that a client offers, as it stands in `Sec-WebSocket-Extensions` (RFC 6455, section 9.1).
public struct ExtensionOffer: Hashable, Sendable {
    /// A parameter, and its value without quotes.
    public struct Parameter: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its value; nil when it has none.
        public let value: String?
    }

    /// The field is not written as RFC 6455 says.
    struct Malformed: Error {}

    /// The extension's name.
    public let name: String
    /// Its parameters, in order.
    public let parameters: [Parameter]

    /// What a value of the field offers, in order. Elements may be empty (RFC 9110, section 5.6.1).
    static func all(in value: ArraySlice<UInt8>) throws(Malformed) -> [ExtensionOffer] {
        var reader = Reader(rest: value)
        var offers: [ExtensionOffer] = []
        repeat {
            reader.skipSpace()
            if reader.rest.isEmpty || reader.rest.first == UInt8(ascii: ",") { continue }
            offers.append(try reader.offer())
        } while reader.take(",")
        guard reader.rest.isEmpty else { throw Malformed() }
        return offers
    }
}

/// Reads a value from its beginning on.
private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skipSpace() { rest = rest.drop { $0.isWhitespace } }

    /// Takes the character, if it is next, and the space around it.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        skipSpace()
        return true
    }

    mutating func offer() throws(ExtensionOffer.Malformed) -> ExtensionOffer {
        let name = try token()
        var parameters: [ExtensionOffer.Parameter] = []
        while take(";") {
            let name = try token()
            let value = take("=") ? try self.value() : nil
            parameters.append(ExtensionOffer.Parameter(name: name, value: value))
        }
        return ExtensionOffer(name: name, parameters: parameters)
    }

    private mutating func token() throws(ExtensionOffer.Malformed) -> String {
        let token = rest.prefix { ByteSet.token.contains($0) }
        guard !token.isEmpty else { throw ExtensionOffer.Malformed() }
        rest = rest[token.endIndex...]
        return String(decoding: token, as: UTF8.self)
    }

    /// A token, or a quoted string that holds one.
    private mutating func value() throws(ExtensionOffer.Malformed) -> String {
        guard rest.first == UInt8(ascii: "\"") else { return try token() }
        rest.removeFirst()
        var text: [UInt8] = []
        while let next = rest.popFirst(), next != UInt8(ascii: "\"") {
            guard let byte = next == UInt8(ascii: "\\") ? rest.popFirst() : next, ByteSet.token.contains(byte) else {
                throw ExtensionOffer.Malformed()
            }
            text.append(byte)
            // The closing quote must come.
            guard !rest.isEmpty else { throw ExtensionOffer.Malformed() }
        }
        guard !text.isEmpty else { throw ExtensionOffer.Malformed() }
        return String(decoding: text, as: UTF8.self)
    }
}
