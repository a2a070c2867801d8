/// Why a stored cookie is left out: no browser would keep it. The raw value is a label for logs and metrics.
public enum CookieProblem: String, Error, Sendable, CaseIterable {
    /// The name or the value is missing, not text, or both are empty.
    case missingName = "missing_name"
    /// There is neither a usable domain nor an http or https `url`.
    case domain
    /// The path does not begin with a slash, is longer than 1,024 bytes, or holds a forbidden character.
    case path
    /// A control character, a semicolon, an equals sign in the name, or white space around name or value.
    case characters
    /// Name and value together have more than 4,096 bytes.
    case size
    /// The cookie has expired.
    case expired
    /// `__Secure-`, `__Host-`, `__Http-` or `__Host-Http-` without the attributes that the prefix requires.
    case prefix
    /// `SameSite=None` without `Secure`: a browser accepts the cookie and does not store it.
    case sameSiteNone = "same_site_none"
    /// The cookie is partitioned without `Secure`, or its partition key is not a site.
    case partition
}
