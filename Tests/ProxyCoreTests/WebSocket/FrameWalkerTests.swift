import ProxyCore
import TestSupport
import Testing

/// What a walker came to after all pieces of a stream.
private struct Walk: Equatable {
    var good = 0
    var fault: FrameFault?
    var frames: UInt64 = 0
    var closeCode: CloseCode?
    var isAtBoundary = true

    /// Walks until the pieces, or what is good of them, are at an end.
    init(_ pieces: [ArraySlice<UInt8>], from sender: FrameSender) {
        var walker = FrameWalker(sender: sender)
        for piece in pieces {
            let step = walker.walk(piece.span)
            good += step.good
            fault = step.fault
            if fault != nil || step.good < piece.count { break }
        }
        frames = walker.frames
        closeCode = walker.closeCode
        isAtBoundary = walker.isAtBoundary
    }

    init(_ bytes: [UInt8], from sender: FrameSender) {
        self.init([bytes[...]], from: sender)
    }

    /// The same without what depends on how a bad frame was split: whether some of it was passed on before.
    var apartFromTheBadFrame: Walk {
        var walk = self
        guard fault != nil else { return walk }
        walk.good = 0
        walk.isAtBoundary = false
        return walk
    }
}

/// The outcome of every way to split, which must be one, and that of the whole.
private func walkEveryWay(_ bytes: [UInt8], from sender: FrameSender) throws -> Walk {
    let whole = Walk(bytes, from: sender)
    for pieces in ByteSplitter.pieces(of: bytes) {
        let walk = Walk(pieces, from: sender)
        #expect(walk.apartFromTheBadFrame == whole.apartFromTheBadFrame, "in pieces of \(pieces.map(\.count))")
        #expect(walk.good >= whole.good)
    }
    return whole
}

private func masked(_ opcode: Opcode, _ text: String = "", isFinal: Bool = true) -> [UInt8] {
    WireFrame.bytes(opcode, Array(text.utf8), isFinal: isFinal, key: WireFrame.key)
}

private func plain(_ opcode: Opcode, _ text: String = "", isFinal: Bool = true) -> [UInt8] {
    WireFrame.bytes(opcode, Array(text.utf8), isFinal: isFinal)
}

@Suite struct FrameWalkerTests {
    private static let long = String(repeating: "t", count: 300)
    private static let goodFrames: [([[UInt8]], UInt64)] = [
        ([masked(.text, "hello")], 1),
        ([masked(.text)], 1),
        ([masked(.text), masked(.text), masked(.text, "x")], 3),
        ([masked(.text, "a", isFinal: false), masked(.continuation, "b", isFinal: false), masked(.continuation)], 3),
        ([masked(.text, "a", isFinal: false), masked(.ping, "p"), masked(.pong), masked(.continuation, "c")], 4),
        ([masked(.ping, String(long.prefix(125)))], 1),
        ([masked(.text, String(long.prefix(125))), masked(.text, String(long.prefix(126)))], 2),
        ([masked(.text, long), masked(.text, "x")], 2),
    ]

    @Test(arguments: goodFrames)
    func goodFramesOfAClient(frames: [[UInt8]], count: UInt64) throws {
        let bytes = Array(frames.joined())
        let walk = try walkEveryWay(bytes, from: .client)
        #expect(walk.good == bytes.count)
        #expect(walk.fault == nil)
        #expect(walk.frames == count)
        #expect(walk.isAtBoundary)
    }

    @Test func goodFramesOfAServer() throws {
        let frames = [plain(.text, "a"), plain(.binary, "b", isFinal: false), plain(.ping), plain(.continuation)]
        let walk = try walkEveryWay(Array(frames.joined()), from: .server)
        #expect(walk.fault == nil)
        #expect(walk.frames == 4)
    }

    private static let faults: [(FrameFault, FrameSender, [UInt8])] = [
        (.reservedBits, .client, [0xC1, 0x80, 0, 0, 0, 0]),
        (.unknownOpcode, .client, [0x83, 0x80, 0, 0, 0, 0]),
        (.lengthNotMinimal, .client, [0x81, 0xFE, 0, 125, 0, 0, 0, 0]),
        (.lengthOutOfRange, .client, [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (.notMasked, .client, plain(.text, "x")),
        (.masked, .server, masked(.text, "x")),
        (.controlFragmented, .client, masked(.ping, "x", isFinal: false)),
        (.controlTooLong, .client, masked(.ping, String(long.prefix(126)))),
        (.continuationOfNothing, .client, masked(.continuation, "x")),
        (.messageInsideMessage, .client, masked(.text, "a", isFinal: false) + masked(.text, "b")),
        (.messageInsideMessage, .server, plain(.text, "a", isFinal: false) + plain(.binary, "b")),
        (.closeCode, .client, masked(.close, "x")),
        (.closeCode, .client, WireFrame.close(1005, key: WireFrame.key)),
        (.closeCode, .server, WireFrame.close(999)),
        (.closeReason, .client, WireFrame.close(1000, [0xC3, 0x28], key: WireFrame.key)),
        (.closeReason, .server, WireFrame.close(1000, [0xED, 0xA0, 0x80])),
        (.binary, .client, masked(.binary, "x")),
        (.messageTooLong, .client, WireFrame.header(.text, announcing: (100 << 20) + 1, key: WireFrame.key)),
    ]

    /// Every fault, behind a good frame, in every way to split.
    @Test(arguments: faults)
    func everyFault(fault: FrameFault, sender: FrameSender, bad: [UInt8]) throws {
        let good = sender == .client ? masked(.text, "good") : plain(.text, "good")
        let walk = try walkEveryWay(good + bad, from: sender)
        #expect(walk.fault == fault)
        #expect(walk.closeCode == nil)
        #expect(walk.good >= good.count && walk.good < (good + bad).count)
    }

    @Test func aFaultStandsBeforeTheBadFrame() {
        let good = masked(.text, "good")
        let walk = Walk(good + masked(.binary, "bad"), from: .client)
        #expect(walk.good == good.count)
        #expect(walk.frames == 1)
        #expect(walk.isAtBoundary)
    }

    @Test(arguments: ByteSplitter.pieces(of: masked(.binary, "bad")).dropFirst())
    func aBadFrameThatWasBegunIsNoBoundary(pieces: [ArraySlice<UInt8>]) {
        let walk = Walk(pieces, from: .client)
        #expect(walk.fault == .binary)
        #expect(walk.isAtBoundary == (walk.good == 0))
    }

    private static let badFrames: [[UInt8]] = [
        masked(.binary), [0xC1, 0x80, 0, 0, 0, 0], WireFrame.close(1005, key: WireFrame.key),
        [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]

    @Test(arguments: badFrames)
    func nothingIsGoodAfterAFault(bad: [UInt8]) {
        var walker = FrameWalker(sender: .client)
        var faults: [FrameFault?] = []
        for byte in bad { faults.append(walker.walk([byte].span).fault) }
        let fault = walker.walk(masked(.text, "late").span)
        #expect(fault.good == 0)
        #expect(faults.last == fault.fault)
    }

    // MARK: Close frames

    private static let closeFrames: [([UInt8], CloseCode)] = [
        (masked(.close), .noStatus),
        (WireFrame.close(1000, key: WireFrame.key), .normal),
        (WireFrame.close(1001, Array("leaving".utf8), key: WireFrame.key), .goingAway),
        (WireFrame.close(4999, Array("é".utf8), key: WireFrame.key), CloseCode(rawValue: 4999)),
        (WireFrame.close(3000, Array(repeating: 0x61, count: 123), key: WireFrame.key), CloseCode(rawValue: 3000)),
    ]

    @Test(arguments: closeFrames)
    func aCloseFrameTellsItsCode(frame: [UInt8], code: CloseCode) throws {
        let walk = try walkEveryWay(masked(.text, "x") + frame, from: .client)
        #expect(walk.closeCode == code)
        #expect(walk.fault == nil)
        #expect(walk.frames == 2)
        #expect(walk.isAtBoundary)
    }

    @Test func nothingIsGoodAfterAClose() throws {
        let close = WireFrame.close(1000, key: WireFrame.key)
        for late in [masked(.text, "late"), [0xFF, 0xFF], [0x00]] {
            let walk = try walkEveryWay(close + late, from: .client)
            #expect(walk.good == close.count)
            #expect(walk.fault == nil)
            #expect(walk.frames == 1)
        }
    }

    @Test func aCloseMayStandInsideAMessage() throws {
        let walk = try walkEveryWay(plain(.text, "a", isFinal: false) + WireFrame.close(1011), from: .server)
        #expect(walk.closeCode == .internalError)
    }

    // MARK: Long messages

    private static let limit = FrameRules.longestClientMessage

    @Test func aClientsMessageMayHave100MiB() {
        #expect(Self.limit == 104_857_600)
        var walker = FrameWalker(sender: .client)
        let header = WireFrame.header(.text, announcing: Self.limit, key: WireFrame.key)
        #expect(walker.walk(header.span) == .init(good: header.count))
        #expect(walker.payloadLeft == Self.limit)
        #expect(!walker.isAtBoundary)
        walker.skip(Int(Self.limit))
        #expect(walker.isAtBoundary)
        #expect(walker.walk(masked(.text, "next").span).fault == nil)
    }

    @Test(arguments: [(UInt64(0), FrameFault?.none), (1, .messageTooLong)])
    func fragmentsAreAddedUp(excess: UInt64, fault: FrameFault?) {
        var walker = FrameWalker(sender: .client)
        for (opcode, length) in [(Opcode.text, Self.limit / 2), (.continuation, Self.limit / 4)] {
            let header = WireFrame.header(opcode, announcing: length, isFinal: false, key: WireFrame.key)
            #expect(walker.walk(header.span).fault == nil)
            walker.skip(Int(length))
            #expect(walker.walk(masked(.ping, "between").span).fault == nil)
        }
        let last = WireFrame.header(.continuation, announcing: Self.limit / 4 + excess, key: WireFrame.key)
        #expect(walker.walk(last.span).fault == fault)
    }

    @Test func theNextMessageIsCountedAnew() {
        var walker = FrameWalker(sender: .client)
        for _ in 0..<3 {
            let header = WireFrame.header(.text, announcing: Self.limit, key: WireFrame.key)
            #expect(walker.walk(header.span).fault == nil)
            walker.skip(Int(Self.limit))
        }
        #expect(walker.frames == 3)
    }

    @Test func aServersMessageMayBeLonger() {
        var walker = FrameWalker(sender: .server)
        let header = WireFrame.header(.text, announcing: UInt64(Int64.max))
        #expect(walker.walk(header.span).fault == nil)
        #expect(walker.payloadLeft == UInt64(Int64.max))
    }

    @Test func aMixOfSkippedAndWalkedBytesComesToTheSame() {
        let payload = String(repeating: "x", count: 1_000)
        let frame = masked(.text, payload)
        for skipped in [1, 500, 999, 1_000] {
            var walker = FrameWalker(sender: .client)
            #expect(walker.walk(frame.span.extracting(0..<8)).good == 8)
            walker.skip(skipped)
            #expect(walker.payloadLeft == UInt64(1_000 - skipped))
            #expect(walker.walk(frame.span.extracting((8 + skipped)...)).fault == nil)
            #expect(walker.isAtBoundary)
        }
    }

    // MARK: Random streams

    @Test(arguments: 0..<60)
    func anySplitOfARandomStreamIsTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sender: FrameSender = seed % 2 == 0 ? .client : .server
        let stream = WireFrame.randomStream(
            messages: 6,
            longest: 300,
            closes: seed % 3 == 0,
            key: sender == .client ? WireFrame.key : nil,
            using: &generator
        )
        let whole = Walk(stream, from: sender)
        #expect(whole.good == stream.count)
        #expect(whole.fault == nil)
        for longest in [1, 2, 7, 40, 500] {
            #expect(Walk(generator.split(stream, longest: longest), from: sender) == whole)
        }
    }

    @Test(arguments: 0..<200)
    func anySplitOfASpoiltStreamIsTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stream = WireFrame.randomStream(
            messages: 3,
            longest: 40,
            closes: true,
            key: WireFrame.key,
            using: &generator
        )
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            stream[.random(in: 0..<stream.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        let whole = Walk(stream, from: .client)
        for longest in [1, 3, 20] {
            let walk = Walk(generator.split(stream, longest: longest), from: .client)
            #expect(walk.apartFromTheBadFrame == whole.apartFromTheBadFrame)
        }
    }
}
