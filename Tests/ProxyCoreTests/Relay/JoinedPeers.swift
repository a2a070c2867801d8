import Glibc
import TestSupport

@testable import ProxyCore

/// A client and a Chrome, both played by the test, with a relay between them; all on one loop.
final class JoinedPeers {
    let client: LoopPeer
    let chrome: LoopPeer
    let loop: EventLoop
    /// How the relay said that it ended: once, when all is well.
    private(set) var ends: [RelayEnd] = []
    private(set) var totals = RelayTotals()
    private(set) weak var relay: Relay?

    private let kind: RelayKind
    private let clientSide: TCPStream
    private let chromeSide: TCPStream

    /// Two connections that are not joined yet.
    init(on loop: EventLoop, kind: RelayKind = .current) async throws {
        self.loop = loop
        self.kind = kind
        let codec = kind.codec
        let toClient = try await LoopbackPair(on: loop)
        let toChrome = try await LoopbackPair(on: loop)
        client = try LoopPeer(toClient.near)
        client.flipsBits = codec != nil
        chrome = try LoopPeer(toChrome.far)
        clientSide = try Self.coded(toClient.far, by: codec)
        chromeSide = toChrome.near
    }

    /// The same connection behind a codec, if there is one.
    private static func coded(_ stream: TCPStream, by codec: LegCodec?) throws -> TCPStream {
        guard let codec, let leg = stream.detach() else { return stream }
        let socket = leg.leave(stream.loop).intoDescriptor()
        return try TCPStream(owning: socket, peer: stream.peer, on: stream.loop, codec: codec)
    }

    /// Two connections that are joined.
    static func joined(
        on loop: EventLoop,
        fromClient: [UInt8] = [],
        fromChrome: [UInt8] = [],
        pipes: PipePool = PipePool(),
        pingInterval: Duration? = nil
    ) async throws -> JoinedPeers {
        let peers = try await JoinedPeers(on: loop)
        peers.join(fromClient: fromClient, fromChrome: fromChrome, pipes: pipes, pingInterval: pingInterval)
        return peers
    }

    /// Joins the two. From here on only the loop retains the relay.
    func join(
        fromClient: [UInt8] = [],
        fromChrome: [UInt8] = [],
        pipes: PipePool = PipePool(),
        pingInterval: Duration? = nil,
        toChrome: MessageRule? = nil,
        toClient: MessageRule? = nil
    ) {
        guard let clientSocket = clientSide.detach(), let chromeSocket = chromeSide.detach() else { return }
        let relay = Relay(
            client: clientSocket,
            chrome: chromeSocket,
            up: Flow(from: .client, received: fromClient, inspector: toChrome ?? kind.rule, at: loop.now),
            down: Flow(from: .server, received: fromChrome, inspector: toClient ?? kind.rule, at: loop.now),
            on: loop,
            pipes: pipes,
            pingInterval: pingInterval,
            finished: { [unowned self] end, totals in
                ends.append(end)
                self.totals = totals
            }
        )
        self.relay = relay
        relay.start()
    }

    /// Ends what the test began: both peers go, and the relay with them.
    func close() async {
        client.close()
        chrome.close()
        let limit = Instant.now() + .seconds(30)
        while relay != nil, Instant.now() < limit { await loop.turns(1) }
    }
}

/// Keeps what a peer receives as frames.
struct ReceivedFrames {
    private var rest: [UInt8] = []
    private(set) var frames: [(header: FrameHeader, payload: [UInt8])] = []

    /// The frames of these bytes, which are whole ones up to a rest.
    init(_ bytes: [UInt8]) {
        var position = 0
        while bytes.count - position >= 2 {
            let length = FrameHeader.length(first: bytes[position], second: bytes[position + 1])
            guard bytes.count - position >= length,
                let header = try? FrameHeader(bytes.span.extracting(position..<position + length)),
                bytes.count - position - length >= Int(header.payloadLength)
            else { break }
            let end = position + length + Int(header.payloadLength)
            frames.append((header, Array(bytes[position + length..<end])))
            position = end
        }
        rest = Array(bytes[position...])
    }

    /// What came behind the last whole frame.
    var remainder: [UInt8] { rest }
}
