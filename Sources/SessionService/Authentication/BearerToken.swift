import ProxyCore

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1), not looked into yet.
///
/// Not printable: it shows its type alone.
struct BearerToken: Sendable, Redacted {
    /// The token as it came: not empty, and without a space.
    let bytes: ArraySlice<UInt8>

    /// The token in the values of a request's `Authorization` headers.
    ///
    /// `missing` is thrown when there is none. `malformedHeader` for another scheme, for anything but one word behind
    /// it, and for more than one header, since two readers of such a request could take it for two different callers'.
    static func find(in values: [String]) throws(AuthenticationFailure) -> BearerToken {
        guard let value = values.first, values.count > 1 || !value.isEmpty else { throw .missing }
        guard values.count == 1 else { throw .malformedHeader }
        let bytes = Array(value.utf8)
        let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
        // The scheme in any case (RFC 9110 section 11.1); one space or more (section 11.4).
        guard scheme.count == 6, zip(scheme, "bearer".utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
            throw .malformedHeader
        }
        let token = bytes[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        guard !token.isEmpty, !token.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else {
            throw .malformedHeader
        }
        return BearerToken(bytes: token)
    }
}
