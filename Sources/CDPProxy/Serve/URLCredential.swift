import ProxyCore

/// The query parameter by which a URL we hand out opens the proxy again: the caller's own signingKey when it came by URL,
/// else a ticket made for it.
struct URLCredential: Sendable, Redacted {
    /// `name=value`, percent-encoded.
    let parameter: String

    /// `?signingKey=TOKEN`.
    static func signingKey(_ token: String) -> URLCredential { URLCredential("signingKey", token) }

    /// `?ticket=TICKET`.
    static func ticket(_ ticket: String) -> URLCredential { URLCredential("ticket", ticket) }

    private init(_ name: String, _ value: String) {
        var encoded = Array("\(name)=".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in value.utf8 {
            if Self.isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        parameter = String(decoding: encoded, as: UTF8.self)
    }

    /// RFC 3986 section 2.3: letters, digits, `-`, `.`, `_` and `~`.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
