/// Which version this is, as `--version`, `/health` and the metric `cdp_proxy_build_info` say.
enum ProductVersion {
    /// The version by the rules of semver.org.
    static let text = "0.1.0"
}
