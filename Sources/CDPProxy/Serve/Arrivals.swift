import ProxyCore

/// Limits the connections without a credential: clients whose request has not come whole, answered clients that still send,
/// and operators. When there are too many, the oldest silent ones are closed.
///
/// Lives on the loop's thread.
final class Arrivals {
    /// A client's place until its request has come whole.
    typealias ClientPlace = Places<ClientConnection>.Place
    /// An operator's place until it was answered.
    typealias OperatorPlace = Places<OperatorConnection>.Place

    private let loop: EventLoop
    private let trustedProxies: TrustedProxies
    private let silentClosed: CounterFamily
    /// The certificates that connections begin with.
    let tls: TLSListeners

    /// Clients whose request is not whole yet.
    private var halfOpen: Places<ClientConnection>
    /// Clients that were answered and are still sending.
    private var answered: Places<TCPStream>
    /// The operators' connections have places of their own, so that no crowd of clients keeps operators out.
    private var operators: Places<OperatorConnection>
    /// How many clients have connected and are neither joined to Chrome nor answered yet.
    private(set) var handshakes = 0

    /// No connection yet. There are no more places than a part of the descriptors the process may have: connections without
    /// a credential must not take what the others need.
    init(
        _ settings: ConnectionSettings,
        _ listeners: ListenSettings,
        _ context: ServerContext
    ) throws(StartError) {
        loop = context.loop
        tls = try TLSListeners(listeners, context)
        trustedProxies = TrustedProxies(listeners.trustedProxies)
        silentClosed = context.metrics.silentClosed
        halfOpen = Places(
            limit: min(settings.halfOpen, Self.descriptors / 4),
            ofOneAddress: settings.halfOpenOfOneAddress
        )
        answered = Places(limit: min(512, Self.descriptors / 8), ofOneAddress: 64)
        operators = Places(limit: 64)
    }

    /// Whether clients speak TLS.
    var isTLS: Bool { tls.clients != nil }

    /// The answer when there is no descriptor or no room for a client: made once, since there is nothing to spare. Over TLS
    /// there is none: it would take a handshake.
    var noRoom: [UInt8] { tls.clients == nil ? Self.noRoom : [] }

    private static let noRoom = RequestRefusal.connectionLimit(.total).response(to: RequestID())?.serialized() ?? []

    /// How many clients may be between their first byte and their answer: each holds a descriptor or two, and its buffers.
    private static let mostHandshakes = min(8192, descriptors / 3)

    private static let descriptors = Int(min(ProcessUsage.descriptorLimit ?? 1024, 1e9))

    /// How many clients have connected whose request has not come whole.
    var halfOpenCount: Int { halfOpen.count }

    // MARK: Clients

    /// Makes room for a client that has connected, and its stream; nil when the client was turned away.
    func clientStream(_ descriptor: consuming Descriptor, _ peer: SocketAddress) -> TCPStream? {
        guard handshakes < Self.mostHandshakes else {
            unsafe descriptor.turnAway(with: noRoom, scratch: loop.scratch)
            return nil
        }
        for silent in halfOpen.makeRoom(for: trustedProxies.limitedAddress(of: peer), isSilent: \.isSilent) {
            silentClosed["clients"].increment()
            silent.stream.close()
        }
        return stream(descriptor, peer, tls.clients)
    }

    private func stream(_ descriptor: consuming Descriptor, _ peer: SocketAddress, _ tls: TLSKeeper?) -> TCPStream? {
        guard let tls else { return try? TCPStream(owning: descriptor, peer: peer, on: loop) }
        return try? TCPStream(owning: descriptor, peer: peer, on: loop, with: tls.server)
    }

    /// Gives a client its place. From now on its handshake is counted, until ``handshakeEnded()``.
    func enter(_ client: consuming ClientConnection) -> ClientPlace {
        handshakes += 1
        let address = trustedProxies.limitedAddress(of: client.stream.peer)
        return halfOpen.enter(client, from: address)
    }

    /// The client in a place; nil when it had to give its place up.
    func client(in place: ClientPlace) -> ClientConnection? { halfOpen.holder(of: place) }

    /// A client's request is whole, or never will be.
    func leave(_ place: ClientPlace) { halfOpen.leave(place) }

    /// A client was joined to Chrome, answered or closed.
    func handshakeEnded() { handshakes -= 1 }

    /// Reads out what a client that was answered still sends, so that the answer reaches it.
    func readOut(_ stream: TCPStream) async {
        let address = trustedProxies.limitedAddress(of: stream.peer)
        for oldest in answered.makeRoom(for: address, isSilent: \.isAwaitingBytes) { oldest.close() }
        let place = answered.enter(stream, from: address)
        await stream.readOut()
        answered.leave(place)
    }

    // MARK: Operators

    /// Makes room for an operator that has connected, and its stream.
    func operatorStream(_ descriptor: consuming Descriptor, _ peer: SocketAddress) -> TCPStream? {
        for silent in operators.makeRoom(for: nil, isSilent: \.isSilent) {
            silentClosed["operators"].increment()
            silent.stream.close()
        }
        return stream(descriptor, peer, tls.operators)
    }

    /// Gives an operator its place, until it was answered.
    func enter(_ connection: OperatorConnection) -> OperatorPlace { operators.enter(connection, from: nil) }

    /// The operator in a place; nil when it had to give its place up.
    func operatorConnection(in place: OperatorPlace) -> OperatorConnection? { operators.holder(of: place) }

    /// An operator was answered.
    func leave(_ place: OperatorPlace) { operators.leave(place) }

    // MARK: The end

    /// Closes the clients that have not asked for anything: a server that stops does not wait for them.
    func closeSilentClients() {
        for client in halfOpen.holders where client.isSilent { client.stream.close() }
    }

    /// Closes the answered clients and the operators that are silent.
    func closeSilentRest() {
        for stream in answered.holders where stream.isAwaitingBytes { stream.close() }
        for connection in operators.holders where connection.isSilent { connection.stream.close() }
    }
}

extension TrustedProxies {
    /// The address that a connection counts for; nil for a peer that many clients share: a trusted proxy, which passes on
    /// whole requests only, or a socket in the file system.
    fileprivate func limitedAddress(of peer: SocketAddress) -> IPAddress? {
        guard let address = peer.ipAddress, !isTrusted(address) else { return nil }
        return address
    }
}
