/// How long the server waits for clients and for Chrome. Tests replace these.
struct HandshakeTimeouts: Sendable {
    /// How long a request's head may take to come whole.
    var head = Duration.seconds(10)
    /// How long a TLS handshake may take.
    var tls = Duration.seconds(10)
    /// How long Chrome may take to answer a handshake or a request.
    var chrome = Duration.seconds(5)
    /// How long a probe of Chrome counts before the next one. No setting.
    var probe = Duration.seconds(1)
}

extension HandshakeTimeouts {
    /// As configured.
    init(_ settings: DeadlineSettings) {
        self.init(head: settings.head, tls: settings.tls, chrome: settings.chrome)
    }
}
