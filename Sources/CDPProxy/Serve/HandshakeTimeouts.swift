/// How long the server waits for others before it gives up on them. These are no settings: nobody but a test gains
/// anything by others.
struct HandshakeTimeouts: Sendable {
    /// How long a request's head may take to come whole.
    var head = Duration.seconds(10)
    /// How long Chrome may take to answer a handshake or a request.
    var chrome = Duration.seconds(5)
    /// How long an answer to whether Chrome is up counts, before it is asked once more.
    var probe = Duration.seconds(1)
}
