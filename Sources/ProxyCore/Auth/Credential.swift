/// What a request shows to be admitted, not yet checked.
///
/// Not printable: it shows its type alone.
public enum Credential: Sendable, Redacted {
    /// The token of `Authorization: Bearer` (RFC 6750 section 2.1).
    case bearer(ArraySlice<UInt8>)
    /// The token of `?signingKey=`.
    case signingKey(ArraySlice<UInt8>)
    /// The ticket of `?ticket=`.
    case ticket(ArraySlice<UInt8>)
    /// The key of `X-API-Key`.
    case apiKey(ArraySlice<UInt8>)

    /// The query parameters that carry a credential, which Chrome is never sent.
    public static let queryNames = ["signingKey", "ticket"]

    /// The credential of a request with these `fields` and this `query`: the first found, in the order of the cases.
    ///
    /// `missing` is thrown when there is none; `malformed` when one kind occurs twice, whichever kind would win, since two
    /// readers of such a request could take it for two different callers'. `Authorization` with another scheme than
    /// `Bearer` is no credential of ours: a hop before us may ask for one.
    public static func find(fields: FieldSection, query: QueryParameters) throws(Rejection) -> Credential {
        guard fields.count(of: .authorization) <= 1, fields.count(of: .xAPIKey) <= 1,
            queryNames.allSatisfy({ query.count(of: $0) <= 1 })
        else { throw .malformed }
        if let field = fields.first(of: .authorization), let token = bearerToken(field) { return .bearer(token) }
        if let value = query.first(of: "signingKey") { return .signingKey(try decoded(value)) }
        if let value = query.first(of: "ticket") { return .ticket(try decoded(value)) }
        if let value = fields.first(of: .xAPIKey) { return .apiKey(value) }
        throw .missing
    }

    /// What follows `Bearer` and spaces, the scheme in any case (RFC 9110 section 11.1); nil for another scheme.
    private static func bearerToken(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme = field.prefix { $0 != UInt8(ascii: " ") }
        guard scheme.count == 6, zip(scheme, "bearer".utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        return field[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
    }

    /// The value without percent-encoding, which a token does not need and some clients apply.
    private static func decoded(_ value: ArraySlice<UInt8>) throws(Rejection) -> ArraySlice<UInt8> {
        guard value.span.firstIndex(of: UInt8(ascii: "%")) != nil else { return value }
        guard let bytes = QueryParameters.percentDecoded(value) else { throw .malformed }
        return bytes[...]
    }
}
