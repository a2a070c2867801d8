import ProxyCore

/// Percent-encoding in a path (RFC 3986 section 2.1).
enum PercentEncoding {
    /// The text with every `%41` decoded once. Nil when the result is not UTF-8, or a percent sign is not followed by
    /// two hex digits.
    static func decode(_ text: String) -> String? {
        QueryParameters.percentDecoded(Array(text.utf8)[...]).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
