/// A token that is compared without regard to ASCII case: a field name, a connection option or a protocol name
/// (RFC 9110 sections 5.1, 7.6.1 and 7.8).
///
/// Tokens are constants of the program: peers' tokens stay bytes in their head and are compared with these.
public struct Token: Sendable, Hashable {
    /// The token's bytes in lower case.
    let lowercased: [UInt8]

    /// The token `text`, in any case.
    ///
    /// - Precondition: `text` is a token (RFC 9110 section 5.6.2).
    public init(_ text: StaticString) {
        let bytes = Array(text.description.utf8)
        precondition(!bytes.isEmpty && bytes.allSatisfy(ByteSet.token.contains), "not a token")
        lowercased = bytes.map(\.lowercased)
    }

    /// Whether `bytes` spell this token in any case.
    func matches(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.elementsEqual(lowercased) { $0.lowercased == $1 }
    }

    /// Whether `bytes` in `range` spell this token in any case.
    func matches(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == lowercased.count else { return false }
        let own = lowercased.span
        var index = range.lowerBound
        for position in own.indices {
            guard bytes[index].lowercased == own[position] else { return false }
            index += 1
        }
        return true
    }
}

/// The name of a header field.
public typealias FieldName = Token

extension Token {
    /// `Authorization` (RFC 9110 section 11.6.2).
    public static let authorization = Token("authorization")
    /// `Connection` (RFC 9110 section 7.6.1).
    public static let connection = Token("connection")
    /// `Content-Length` (RFC 9110 section 8.6).
    public static let contentLength = Token("content-length")
    /// `Content-Type` (RFC 9110 section 8.3).
    public static let contentType = Token("content-type")
    /// `Cookie` (RFC 6265 section 5.4).
    public static let cookie = Token("cookie")
    /// `Host` (RFC 9110 section 7.2).
    public static let host = Token("host")
    /// `Origin` (RFC 6454 section 7).
    public static let origin = Token("origin")
    /// `Sec-Fetch-Site` (W3C Fetch Metadata), which browsers set and pages cannot.
    public static let secFetchSite = Token("sec-fetch-site")
    /// `Sec-WebSocket-Accept` (RFC 6455 section 11.3.3).
    public static let secWebSocketAccept = Token("sec-websocket-accept")
    /// `Sec-WebSocket-Extensions` (RFC 6455 section 11.3.2).
    public static let secWebSocketExtensions = Token("sec-websocket-extensions")
    /// `Sec-WebSocket-Key` (RFC 6455 section 11.3.1).
    public static let secWebSocketKey = Token("sec-websocket-key")
    /// `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4).
    public static let secWebSocketProtocol = Token("sec-websocket-protocol")
    /// `Sec-WebSocket-Version` (RFC 6455 section 11.3.5).
    public static let secWebSocketVersion = Token("sec-websocket-version")
    /// `Transfer-Encoding` (RFC 9112 section 6.1).
    public static let transferEncoding = Token("transfer-encoding")
    /// `Upgrade` (RFC 9110 section 7.8); also the connection option that must name it.
    public static let upgrade = Token("upgrade")
    /// `websocket`, the protocol that `Upgrade` must name (RFC 6455 section 4.2.1).
    public static let webSocket = Token("websocket")
    /// `X-API-Key`.
    public static let xAPIKey = Token("x-api-key")
    /// `X-Forwarded-For`, believed from trusted proxies only.
    public static let xForwardedFor = Token("x-forwarded-for")
    /// `X-Forwarded-Host`, believed from trusted proxies only.
    public static let xForwardedHost = Token("x-forwarded-host")
    /// `X-Forwarded-Proto`, believed from trusted proxies only.
    public static let xForwardedProto = Token("x-forwarded-proto")
}
