extension Duration {
    /// The duration in seconds, for metrics and logs.
    var inSeconds: Double { self / .seconds(1) }
}
