import ProxyCore

extension SigningKeySource {
    /// The configured source; what it fetches is counted and logged.
    convenience init(_ settings: SecretSettings, _ context: ServerContext) {
        switch settings.origin {
        case .fixed(let key): self.init(fixed: key)
        case .secretsManager(let location):
            self.init(
                location,
                timeToLive: settings.timeToLive,
                overlap: settings.overlap,
                on: context.loop,
                observe: { [metrics = context.metrics, log = context.log] failure in
                    metrics.secretFetches[failure?.label ?? "ok"].increment()
                    guard let failure else { return }
                    log.record(
                        .error,
                        "secret_fetch_failed",
                        ["cause": .string(failure.label), "detail": .string(failure.detail)]
                    )
                }
            )
        }
    }
}
