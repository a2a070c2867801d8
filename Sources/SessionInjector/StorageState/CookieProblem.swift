/// Why a stored cookie is left out: what no browser would keep. The raw value is a label for logs and metrics.
public enum CookieProblem: String, Error, Sendable, CaseIterable {
    /// The name or the value is missing, not text, or both are empty.
    case missingName = "missing_name"
    /// There is no usable domain, nor an http or https `url` in its place.
    case domain
    /// The path does not begin with a slash, is longer than 1,024 bytes, or holds what no path may.
    case path
    /// A control character, a semicolon, an equals sign in the name, or white space around name or value.
    case characters
    /// Name and value take more than 4,096 bytes.
    case size
    /// It has run out.
    case expired
    /// `__Secure-`, `__Host-`, `__Http-` or `__Host-Http-` without what the prefix asks for.
    case prefix
    /// `SameSite=None` without `Secure`: a browser takes it and stores nothing.
    case sameSiteNone = "same_site_none"
    /// Partitioned without `Secure`, or a partition key that is no site.
    case partition
}
