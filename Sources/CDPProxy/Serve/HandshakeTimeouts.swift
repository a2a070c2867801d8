/// How long the server waits for clients and for Chrome. Only tests replace these, so they are no settings.
struct HandshakeTimeouts: Sendable {
    /// How long a request's head may take to come whole.
    var head = Duration.seconds(10)
    /// How long Chrome may take to answer a handshake or a request.
    var chrome = Duration.seconds(5)
    /// How long a probe of Chrome counts before the next one.
    var probe = Duration.seconds(1)
}
