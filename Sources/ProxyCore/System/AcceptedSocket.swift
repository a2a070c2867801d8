/// A connection that was accepted.
struct AcceptedSocket: ~Copyable {
    let descriptor: Descriptor
    let peer: SocketAddress
}
