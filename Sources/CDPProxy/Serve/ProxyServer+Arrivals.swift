import ProxyCore

// Who is let in at the doors: how many may stand there without having said who they are, and who goes first.

extension ProxyServer {
    /// Whom a port is for.
    enum Visitors {
        case clients
        case operators
    }

    /// The places there are: no more than a part of the descriptors the process may have, since whoever holds one of these
    /// without a credential must not take what the others need.
    static func places(
        _ settings: ConnectionSettings
    ) -> (halfOpen: Places<TCPStream>, answered: Places<TCPStream>, operators: Places<TCPStream>) {
        (
            Places(limit: min(settings.halfOpen, descriptors / 4), ofOneAddress: settings.halfOpenOfOneAddress),
            Places(limit: min(512, descriptors / 8), ofOneAddress: 64),
            Places(limit: 64)
        )
    }

    /// What a client is sent for whom there is no descriptor, or no room: made once, since there is nothing to spare.
    static let noRoom = RequestRefusal.connectionLimit.response(to: RequestID())?.serialized() ?? []

    /// How many clients may be between their first byte and their answer: each holds a descriptor or two, and its buffers.
    private static let mostHandshakes = min(8192, descriptors / 3)

    private static let descriptors = Int(min(ProcessUsage.descriptorLimit ?? 1024, 1e9))

    /// Takes a new connection.
    func accept(_ descriptor: consuming Descriptor, _ peer: SocketAddress, _ visitors: Visitors) {
        switch visitors {
        case .clients: acceptClient(descriptor, peer)
        case .operators: acceptOperator(descriptor, peer)
        }
    }

    private func acceptClient(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        guard handshakes < Self.mostHandshakes else {
            _ = try? descriptor.send(Self.noRoom.span)
            return
        }
        let address = trustedProxies.limitedAddress(of: peer)
        close(halfOpen.makeRoom(for: address, isSilent: \.isAwaitingBytes), of: "clients")
        guard let stream = try? TCPStream(owning: descriptor, peer: peer, on: loop) else { return }
        let place = halfOpen.enter(stream, from: address)
        handshakes += 1
        Task(executorPreference: loop) { await self.serveClient(in: place) }
    }

    private func acceptOperator(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        close(operators.makeRoom(for: nil, isSilent: \.isAwaitingBytes), of: "operators")
        guard let stream = try? TCPStream(owning: descriptor, peer: peer, on: loop) else { return }
        let place = operators.enter(stream, from: nil)
        Task(executorPreference: loop) { await self.serveOperator(in: place) }
    }

    private func serveClient(in place: Places<TCPStream>.Place) async {
        guard let stream = halfOpen[place] else { return handshakeEnded() }
        await serve(stream, in: place)
    }

    private func serveOperator(in place: Places<TCPStream>.Place) async {
        defer { operators.leave(place) }
        if let stream = operators[place] { await serveAdmin(stream) }
    }

    private func close(_ silent: [TCPStream], of listener: String) {
        for stream in silent {
            metrics.silentClosed[listener].increment()
            stream.close()
        }
    }

    /// Reads a client's request. It has its place among the half-open ones until then.
    func wholeRequest(
        on stream: TCPStream,
        in place: Places<TCPStream>.Place
    ) async throws(RequestRefusal) -> RequestReader.Request {
        defer { halfOpen.leave(place) }
        return try await RequestReader.read(
            from: stream,
            within: timeouts.head,
            droppingBody: RoutedRequest.dropsBody
        )
    }

    /// Sends a client's answer. What it still sends is read out aside: its handshake is over.
    func sendLast(_ bytes: [UInt8], on stream: TCPStream, peerMayBeSending: Bool) async {
        guard await stream.sayLast(bytes, peerMayBeSending: peerMayBeSending) else { return }
        let address = trustedProxies.limitedAddress(of: stream.peer)
        for oldest in answered.makeRoom(for: address, isSilent: \.isAwaitingBytes) { oldest.close() }
        let place = answered.enter(stream, from: address)
        Task(executorPreference: loop) { await self.readOut(in: place) }
    }

    private func readOut(in place: Places<TCPStream>.Place) async {
        defer { answered.leave(place) }
        await answered[place]?.readOut()
    }
}

extension TrustedProxies {
    /// The address whose connections are counted for its limit; nil for one that many share: a trusted hop's, which lets
    /// through whole requests only, and that of a socket in the file system.
    fileprivate func limitedAddress(of peer: SocketAddress) -> IPAddress? {
        guard let address = peer.ipAddress, !isTrusted(address) else { return nil }
        return address
    }
}
