/// What a client and the proxy agree on when they compress messages (RFC 7692, section 7.1).
///
/// A client always compresses each message by itself: so an idle connection needs no memory of what it sent.
public struct PermessageDeflate: Hashable, Sendable {
    /// The window of the proxy's compressor when the client asks for no smaller one: 8 KiB. Half of that has CDP's events take
    /// a fourteenth more bytes and a tenth more CPU time; HTML needs no more.
    private static let standardBits = 13

    /// Whether the proxy compresses each message by itself, because the client asks it to.
    let serverForgets: Bool
    /// The window that the client asks the proxy for: 2^8 to 2^15 bytes.
    private let serverBits: Int?
    /// The window that the client says it uses.
    private let clientBits: Int?

    /// The first offer of a handshake that can be agreed on, if there is any. The field may be repeated, as any list may.
    public static func offered(by head: RequestHead) throws(UpgradeRefusal) -> PermessageDeflate? {
        guard head.fields.contains(.secWebSocketExtensions) else { return nil }
        var offers: [ExtensionOffer] = []
        do throws(ExtensionOffer.Malformed) {
            for value in head.fields.values(of: .secWebSocketExtensions) { offers += try ExtensionOffer.all(in: value) }
        } catch {
            throw .extensionsMalformed
        }
        return PermessageDeflate(offers)
    }

    /// The first of the offers that can be agreed on, if there is any.
    init?(_ offers: [ExtensionOffer]) {
        guard let agreed = offers.lazy.compactMap({ PermessageDeflate($0) }).first else { return nil }
        self = agreed
    }

    /// An offer with a parameter that is unknown, stands twice or has no good value is declined (RFC 7692, section 7.1).
    private init?(_ offer: ExtensionOffer) {
        guard offer.name.lowercased() == "permessage-deflate" else { return nil }
        var (forgets, server, client): (Bool, Int?, Int?) = (false, nil, nil)
        var seen: Set<String> = []
        for parameter in offer.parameters {
            let name = parameter.name.lowercased()
            guard seen.insert(name).inserted else { return nil }
            switch (name, parameter.value) {
            case ("server_no_context_takeover", nil): forgets = true
            case ("client_no_context_takeover", nil), ("client_max_window_bits", nil): break
            case ("server_max_window_bits", let value?):
                server = Self.bits(value)
                if server == nil { return nil }
            case ("client_max_window_bits", let value?):
                client = Self.bits(value)
                if client == nil { return nil }
            default: return nil
            }
        }
        (serverForgets, serverBits, clientBits) = (forgets, server, client)
    }

    private static func bits(_ text: String) -> Int? {
        guard let bits = Int(text), 8...15 ~= bits, String(bits) == text else { return nil }
        return bits
    }

    /// The window of the proxy's compressor. zlib has none below 2^9 bytes, of which it uses no more than 250: so that serves for
    /// 2^8 too.
    var deflaterBits: Int { max(9, min(serverBits ?? Self.standardBits, Self.standardBits)) }

    /// The value of `Sec-WebSocket-Extensions` that says so.
    var answer: String {
        var text = "permessage-deflate; client_no_context_takeover"
        if serverForgets { text += "; server_no_context_takeover" }
        if let serverBits { text += "; server_max_window_bits=\(serverBits)" }
        if let clientBits { text += "; client_max_window_bits=\(clientBits)" }
        return text
    }
}
