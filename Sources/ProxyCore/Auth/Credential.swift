/// What a request shows to be admitted, not yet checked.
///
/// Not printable: it shows its type alone.
public enum Credential: Sendable, Redacted {
    /// The token of `Authorization: Bearer` (RFC 6750 section 2.1), or of `Basic`.
    case bearer(ArraySlice<UInt8>)
    /// The token of `?signingKey=`.
    case signingKey(ArraySlice<UInt8>)
    /// The ticket of `?ticket=`, or of `Authorization: Basic`.
    case ticket(ArraySlice<UInt8>)
    /// The key of `X-API-Key`, of `?apiKey=` or of `Authorization: Basic`.
    case apiKey(ArraySlice<UInt8>)

    /// The query parameters that carry a credential, which Chrome is never sent.
    public static let queryNames = ["signingKey", "ticket", "apiKey"]

    /// The credential of a request with these `fields` and this `query`: the first found of `Authorization`, `signingKey`,
    /// `ticket`, `X-API-Key` and `apiKey`.
    ///
    /// `missing` is thrown when there is none; `malformed` when two different ones of a kind come, whichever kind would
    /// win, since two readers of such a request could take it for two different callers'. One that is repeated to the byte
    /// counts once: clients append their query to a URL that has it already. `Authorization` with another scheme, or a
    /// `Basic` that holds nothing of ours, is another hop's credential.
    public static func find(fields: FieldSection, query: QueryParameters) throws(CredentialRejection) -> Credential {
        let authorization = try only(.authorization, in: fields)
        let keyField = try only(.xAPIKey, in: fields)
        var (signingKey, ticket, keyParameter): (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        for (name, value) in query.values(ofAny: queryNames) {
            switch name {
            case 0: try keep(value, as: &signingKey)
            case 1: try keep(value, as: &ticket)
            default: try keep(value, as: &keyParameter)
            }
        }
        if let authorization, let found = credential(in: authorization) { return found }
        if let signingKey { return .signingKey(try decoded(signingKey)) }
        if let ticket { return .ticket(try decoded(ticket)) }
        if let keyField { return .apiKey(keyField) }
        if let keyParameter { return .apiKey(try decoded(keyParameter)) }
        throw .missing
    }

    private static func only(
        _ name: FieldName,
        in fields: FieldSection
    ) throws(CredentialRejection) -> ArraySlice<UInt8>? {
        if fields.count(of: name) > 1 { try checkSame(fields.values(of: name)) }
        return fields.first(of: name)
    }

    private static func checkSame(_ values: [ArraySlice<UInt8>]) throws(CredentialRejection) {
        for (value, next) in zip(values, values.dropFirst()) where !value.span.hasSameBytes(as: next.span) {
            throw .malformed
        }
    }

    /// Keeps the value of a parameter, unless another one came before.
    private static func keep(_ value: ArraySlice<UInt8>, as kept: inout ArraySlice<UInt8>?) throws(CredentialRejection)
    {
        if let kept, !kept.span.hasSameBytes(as: value.span) { throw .malformed }
        kept = value
    }

    /// What `Authorization` carries, the scheme in any case (RFC 9110 section 11.1).
    private static func credential(in field: ArraySlice<UInt8>) -> Credential? {
        let scheme = field.prefix { $0 != UInt8(ascii: " ") }
        let rest = field[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        func isNamed(_ name: String) -> Bool {
            scheme.count == name.utf8.count && zip(scheme, name.utf8).allSatisfy { $0 | 0x20 == $1 }
        }
        if isNamed("bearer") { return .bearer(rest) }
        return isNamed("basic") ? BasicCredential(rest)?.credential : nil
    }

    /// The value without percent-encoding, which a token does not need and some clients apply.
    private static func decoded(_ value: ArraySlice<UInt8>) throws(CredentialRejection) -> ArraySlice<UInt8> {
        guard value.span.firstIndex(of: UInt8(ascii: "%")) != nil else { return value }
        guard let bytes = QueryParameters.percentDecoded(value) else { throw .malformed }
        return bytes[...]
    }
}
