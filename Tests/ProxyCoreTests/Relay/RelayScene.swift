import ProxyCore
import TestSupport
import Testing

/// Plays a scene with a relay and asserts what holds after each: one end, and nothing left of the relay.
func relayScene(
    pingInterval: Duration? = nil,
    _ play: @escaping @Sendable (JoinedPeers) async throws -> RelayEnd
) async throws {
    try await onLoop { loop in
        let peers = try await JoinedPeers.joined(on: loop, pingInterval: pingInterval)
        let end = try await play(peers)
        await peers.close()
        #expect(peers.ends == [end])
        #expect(peers.relay == nil, "the loop has let go of it, and its sockets are closed")
    }
}

/// What a client was told at the end: the code and the reason of the last frame, if that is a Close frame.
func goodbye(_ bytes: [UInt8]) -> (code: UInt16, reason: String)? {
    guard let last = ReceivedFrames(bytes).frames.last, last.header.opcode == .close, last.payload.count >= 2 else {
        return nil
    }
    let code = UInt16(last.payload[0]) << 8 | UInt16(last.payload[1])
    return (code, String(decoding: last.payload[2...], as: UTF8.self))
}
