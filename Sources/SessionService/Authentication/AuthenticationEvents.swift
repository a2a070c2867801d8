import ProxyCore

/// Reports on the key set. Its closures run on any thread and must not block.
struct AuthenticationEvents: Sendable {
    /// Writes a log line: `jwks_fetched` with `keys` and `seconds`, `jwks_failed` with `reason` and `seconds`.
    var log: @Sendable (LogLevel, String, KeyValuePairs<String, LogValue?>) -> Void = { _, _, _ in }
    /// Counts a fetch by its `result`: `ok`, or the label of a ``KeySetFailure``.
    var countFetch: @Sendable (String) -> Void = { _ in }
}
