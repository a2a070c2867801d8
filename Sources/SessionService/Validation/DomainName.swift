/// The domain names a user may give a session: one or more labels of letters, digits and inner hyphens (RFC 1123
/// section 2.1). They are the user's note, and restrict nothing.
enum DomainName {
    /// The longest name, in characters (RFC 1035 section 2.3.4).
    static let maximumLength = 253

    /// Whether `name` is a valid domain name.
    static func isValid(_ name: String) -> Bool {
        guard (1...maximumLength).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard (1...63).contains(label.count), let first = label.first, let last = label.last else { return false }
            return first.isASCIIAlphanumeric && last.isASCIIAlphanumeric
                && label.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
        }
    }
}

extension UInt8 {
    /// Whether this is one of `A-Z a-z 0-9`.
    var isASCIIAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
