/// The version, for `--version` and the metric `session_service_build_info`.
enum ServiceVersion {
    /// A version as semver.org defines it.
    static let text = "0.1.0"
}
