import ProxyCore

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1), not parsed yet.
///
/// Redacted: its description shows only its type.
struct BearerToken: Sendable, Redacted {
    /// The token's bytes: not empty and without a space.
    let bytes: ArraySlice<UInt8>

    /// The token in the values of a request's `Authorization` headers.
    ///
    /// Throws `missing` when there is none. Throws `malformedHeader` for another scheme, for anything but one word
    /// after it, and for more than one header: two readers of such a request could see two different callers.
    static func find(in values: [String]) throws(AuthenticationFailure) -> BearerToken {
        guard let value = values.first, values.count > 1 || !value.isEmpty else { throw .missing }
        guard values.count == 1 else { throw .malformedHeader }
        let bytes = Array(value.utf8)
        let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
        // The scheme matches in any case (RFC 9110 section 11.1), and one or more spaces follow it (section 11.4).
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
