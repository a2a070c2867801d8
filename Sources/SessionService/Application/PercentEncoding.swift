import ProxyCore

/// Percent signs in a path (RFC 3986 section 2.1).
enum PercentEncoding {
    /// The text with every `%41` decoded once; nil when it is not UTF-8 then, or a percent sign stands for nothing.
    static func decode(_ text: String) -> String? {
        QueryParameters.percentDecoded(Array(text.utf8)[...]).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
