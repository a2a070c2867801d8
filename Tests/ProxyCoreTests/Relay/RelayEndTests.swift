import Glibc
import TestSupport
import Testing

@testable import ProxyCore

private let text = WireFrame.text("payload")
private let masked = WireFrame.text("payload", key: WireFrame.key)

@Suite(.timeLimit(.minutes(5)), .inEveryKind) struct RelayEndTests {
    // MARK: The client ends

    @Test func aCloseHandshakePassesThrough() async throws {
        try await relayScene { peers in
            let close = WireFrame.close(1000, Array("bye".utf8), key: WireFrame.key)
            let answer = WireFrame.close(1000)
            peers.client.send(close)
            let asked = await peers.chrome.take(close.count)
            #expect(asked == close)
            peers.chrome.send(answer)
            peers.chrome.finishSending()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(peers.client.take() == answer)
            return RelayEnd(code: .normal, side: .client)
        }
    }

    @Test func chromeNeedNotDropTheConnectionAfterBothSaidClose() async throws {
        try await relayScene { peers in
            let close = WireFrame.close(4000, key: WireFrame.key)
            peers.client.send(close)
            _ = await peers.chrome.take(close.count)
            peers.chrome.send(WireFrame.close(4000))
            let ending = await peers.client.end()
            #expect(ending == .finished)
            // Nor is the client waited for, which has not closed yet.
            #expect(peers.ends.count == 1)
            return RelayEnd(code: CloseCode(rawValue: 4000), side: .client)
        }
    }

    private static let closes: [([UInt8], UInt16)] = [
        (WireFrame.close(1001, key: WireFrame.key), 1001), (WireFrame.bytes(.close, key: WireFrame.key), 1000),
    ]

    @Test(arguments: closes)
    func theProxyAnswersACloseThatChromeDropsAt(close: [UInt8], echo: UInt16) async throws {
        try await relayScene { peers in
            peers.client.send(close)
            _ = await peers.chrome.take(close.count)
            peers.chrome.close()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(goodbye(peers.client.take())?.code == echo)
            return RelayEnd(code: echo == 1000 ? .noStatus : .goingAway, side: .client)
        }
    }

    @Test func nothingBehindACloseIsPassedOn() async throws {
        try await relayScene { peers in
            let close = WireFrame.close(1000, key: WireFrame.key)
            peers.client.send(close + masked + [0xFF])
            peers.client.finishSending()
            let ending = await peers.chrome.end()
            #expect(ending == .finished)
            #expect(peers.chrome.take() == close)
            peers.chrome.close()
            _ = await peers.client.end()
            return RelayEnd(code: .normal, side: .client)
        }
    }

    @Test func aClientThatHasFinishedStillReceivesTheAnswer() async throws {
        try await relayScene { peers in
            peers.client.send(masked)
            peers.client.finishSending()
            let ending = await peers.chrome.end()
            #expect(ending == .finished)
            #expect(peers.chrome.take() == masked)
            let answer = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 3 << 20))
            peers.chrome.send(answer)
            peers.chrome.finishSending()
            let over = await peers.client.end()
            #expect(over == .finished)
            #expect(peers.client.take() == answer)
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    @Test func aClientThatHadFinishedBeforeTheStartIsNoticed() async throws {
        try await onLoop { loop in
            let toClient = try await LoopbackPair(on: loop)
            let toChrome = try await LoopbackPair(on: loop)
            let client = try LoopPeer(toClient.near)
            let chrome = try LoopPeer(toChrome.far)
            client.send(masked)
            client.finishSending()
            while !toClient.far.peerHasFinished { await loop.turns(1) }
            var ends: [RelayEnd] = []
            guard let near = toClient.far.detach(), let far = toChrome.near.detach() else { return }
            Relay(
                client: near,
                chrome: far,
                fromClient: [],
                fromChrome: [],
                on: loop,
                pipes: PipePool(),
                pingInterval: nil,
                finished: { end, _ in ends.append(end) }
            ).start()
            let ending = await chrome.end()
            #expect(ending == .finished)
            #expect(chrome.take() == masked)
            chrome.close()
            _ = await client.end()
            client.close()
            while ends.isEmpty { await loop.turns(1) }
            #expect(ends == [RelayEnd(code: .abnormal, side: .client)])
        }
    }

    @Test func aClientsResetClosesChromesSideAtOnce() async throws {
        try await relayScene { peers in
            peers.client.send(masked)
            _ = await peers.chrome.take(masked.count)
            peers.client.reset()
            _ = await peers.chrome.end()
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    @Test func aClientsResetIsNoticedWhileChromeDoesNotRead() async throws {
        try await relayScene { peers in
            peers.chrome.pause()
            peers.chrome.set(SO_RCVBUF, to: 32_768)
            peers.client.send(WireFrame.bytes(.text, [UInt8](repeating: 0, count: 32 << 20), key: WireFrame.nullKey))
            await peers.client.wait { peers.client.unsentCount < 31 << 20 }
            peers.client.reset()
            while peers.ends.isEmpty { await peers.loop.turns(1) }
            return RelayEnd(code: .abnormal, side: .client)
        }
    }

    // MARK: Chrome ends

    @Test func chromesCloseComesFirst() async throws {
        try await relayScene { peers in
            peers.chrome.send(text + WireFrame.close(1001))
            let received = await peers.client.take(text.count + 4)
            #expect(goodbye(received)?.code == 1001)
            let answer = WireFrame.close(1001, key: WireFrame.key)
            peers.client.send(answer)
            let answered = await peers.chrome.take(answer.count)
            #expect(answered == answer)
            peers.chrome.close()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(peers.client.take() == [])
            return RelayEnd(code: .goingAway, side: .chrome)
        }
    }

    @Test func chromeGoneAtABoundaryIsACloseWithACode() async throws {
        try await relayScene { peers in
            peers.chrome.send(text)
            peers.chrome.finishSending()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            let received = peers.client.take()
            #expect(received.starts(with: text))
            #expect(goodbye(received)?.code == 1011)
            #expect(goodbye(received)?.reason.isEmpty == false)
            return RelayEnd(code: .internalError, side: .chrome)
        }
    }

    @Test func chromesResetIsACloseToo() async throws {
        try await relayScene { peers in
            peers.chrome.reset()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(goodbye(peers.client.take())?.code == 1011)
            return RelayEnd(code: .internalError, side: .chrome)
        }
    }

    @Test(arguments: [0, 1, 2, 5, 70_000, 1 << 20])
    func chromeGoneInsideAFrameInsertsNothing(cut: Int) async throws {
        try await relayScene { peers in
            let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 2 << 20))
            let sent = text + frame[..<(cut + 1)]
            peers.chrome.send(sent)
            peers.chrome.finishSending()
            let ending = await peers.client.end()
            #expect(ending == .finished)
            let received = peers.client.take()
            if RelayKind.current.holdsMessages, cut < RelayKind.longestHeld {
                // Nothing of the message went on, so the client can be told.
                #expect(received.starts(with: text))
                #expect(goodbye(received)?.code == 1011)
            } else {
                #expect(received == sent)
            }
            return RelayEnd(code: .internalError, side: .chrome)
        }
    }

    @Test func aFaultOfChromesEndsItBeforeTheBadFrame() async throws {
        try await relayScene { peers in
            peers.chrome.send(text + masked)
            let ending = await peers.client.end()
            #expect(ending == .finished)
            let received = peers.client.take()
            #expect(received.starts(with: text))
            #expect(goodbye(received)?.code == 1011)
            return RelayEnd(code: .internalError, side: .chrome)
        }
    }

    // MARK: The client breaks the rules

    private static let faults: [(FrameFault, [UInt8])] = [
        (.binary, WireFrame.bytes(.binary, [1], key: WireFrame.key)),
        (.notMasked, text),
        (.reservedBits, [0xC1, 0x80, 0, 0, 0, 0]),
        (.closeReason, WireFrame.close(1000, [0xFF], key: WireFrame.key)),
        (.messageTooLong, WireFrame.header(.text, announcing: (100 << 20) + 1, key: WireFrame.key)),
    ]

    @Test(arguments: faults)
    func aFaultIsAnsweredWithItsCode(fault: FrameFault, bytes: [UInt8]) async throws {
        try await relayScene { peers in
            peers.client.send(masked + bytes + masked)
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(goodbye(peers.client.take())?.code == fault.closeCode.rawValue)
            _ = await peers.chrome.end()
            #expect(peers.chrome.take() == masked, "Chrome sees nothing of a bad frame")
            return RelayEnd(code: fault.closeCode, side: .client, fault: fault)
        }
    }

    @Test(arguments: [200_000, 8 << 20])
    func aFaultIsAnsweredBehindTheFrameThatIsUnderWay(size: Int) async throws {
        // A debug build's codec moves less than that within the timeouts of a busy machine.
        let size = RelayKind.current.codec == nil ? size : min(size, 1 << 20)
        try await relayScene { peers in
            let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: size))
            peers.chrome.send(Array(frame[..<100_000]))
            await peers.client.hasReceived(100_000)
            peers.client.send(WireFrame.bytes(.binary, [1], key: WireFrame.key))
            _ = await peers.client.hasSentAll()
            await peers.loop.turns(5)
            // More than the rest of the frame: what follows it has no place any more.
            peers.chrome.send(Array(frame[100_000...]) + text + text)
            let ending = await peers.client.end()
            #expect(ending == .finished)
            let received = peers.client.take()
            try #require(received.starts(with: frame))
            #expect(
                Array(received[frame.count...])
                    == ControlFrame.close(.unsupportedData, reason: FrameFault.binary.reason)
            )
            return RelayEnd(code: .unsupportedData, side: .client, fault: .binary)
        }
    }

    // MARK: The proxy ends

    @Test func theProxyMayCloseAtABoundary() async throws {
        try await relayScene { peers in
            peers.chrome.send(text)
            _ = await peers.client.take(text.count)
            peers.relay?.close(.serviceRestart, reason: "draining")
            peers.relay?.close(.tokenExpired, reason: "too late")
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(peers.client.take() == ControlFrame.close(.serviceRestart, reason: "draining"))
            _ = await peers.chrome.end()
            return RelayEnd(code: .serviceRestart, side: .proxy)
        }
    }

    @Test func theProxyWaitsForTheEndOfTheFrameThatIsUnderWay() async throws {
        try await relayScene { peers in
            let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 3 << 20))
            peers.chrome.send(Array(frame[..<2_000_000]))
            await peers.client.hasReceived(2_000_000)
            peers.relay?.close(.serviceRestart, reason: "")
            await peers.loop.turns(5)
            #expect(peers.ends.isEmpty)
            peers.chrome.send(Array(frame[2_000_000...]))
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(peers.client.take() == frame + ControlFrame.close(.serviceRestart, reason: ""))
            return RelayEnd(code: .serviceRestart, side: .proxy)
        }
    }

    @Test func theProxyDoesNotWaitForEverForTheEndOfAFrame() async throws {
        try await relayScene { peers in
            let frame = WireFrame.bytes(.text, [UInt8](repeating: 0x61, count: 100))
            peers.chrome.send(Array(frame[..<50]))
            let holds = RelayKind.current.holdsMessages
            if !holds { await peers.client.hasReceived(50) }
            peers.relay?.close(.serviceRestart, reason: "")
            _ = await peers.client.end()
            let close = ControlFrame.close(.serviceRestart, reason: "")
            #expect(peers.client.take() == (holds ? close : Array(frame[..<50])))
            return RelayEnd(code: .serviceRestart, side: .proxy)
        }
    }

    @Test func aSecondCloseIsNotPutBehindChromes() async throws {
        try await relayScene { peers in
            peers.chrome.send(WireFrame.close(1001))
            _ = await peers.client.take(4)
            peers.relay?.close(.serviceRestart, reason: "")
            _ = await peers.client.end()
            #expect(peers.client.take() == [])
            return RelayEnd(code: .serviceRestart, side: .proxy)
        }
    }

    /// Unread bytes in a socket that is closed make the kernel reset the connection, and the Close frame is lost.
    @Test func theCloseArrivesThoughTheClientGoesOnSending() async throws {
        try await relayScene { peers in
            peers.client.send(WireFrame.bytes(.text, [UInt8](repeating: 0, count: 4 << 20), key: WireFrame.nullKey))
            await peers.client.wait { peers.client.unsentCount < 4 << 20 }
            peers.relay?.close(.tokenExpired, reason: "expired")
            let ending = await peers.client.end()
            #expect(ending == .finished)
            #expect(goodbye(peers.client.take())?.code == 4001)
            return RelayEnd(code: .tokenExpired, side: .proxy)
        }
    }
}
