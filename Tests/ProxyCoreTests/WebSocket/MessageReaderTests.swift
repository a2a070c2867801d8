import ProxyCore
import TestSupport
import Testing

/// What a reader gave for all pieces of a stream.
private struct Reading: Equatable {
    var incoming: [MessageReader.Incoming] = []
    var fault: FrameFault?

    init(_ pieces: [ArraySlice<UInt8>], limit: Int = 1_000) {
        var reader = MessageReader(limit: limit)
        do throws(FrameFault) {
            for piece in pieces {
                reader.append(Array(piece))
                while let next = try reader.next() { incoming.append(next) }
            }
        } catch {
            fault = error
        }
    }
}

private func readEveryWay(_ bytes: [UInt8], limit: Int = 1_000) -> Reading {
    let whole = Reading([bytes[...]], limit: limit)
    for pieces in ByteSplitter.pieces(of: bytes) { #expect(Reading(pieces, limit: limit) == whole) }
    return whole
}

@Suite struct MessageReaderTests {
    @Test func messagesComeInOrder() {
        let reading = readEveryWay(WireFrame.text("one") + WireFrame.text("") + WireFrame.text("three"))
        #expect(reading.incoming == [.text(Array("one".utf8)), .text([]), .text(Array("three".utf8))])
    }

    @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
    func lengthsAtTheBorders(length: Int) {
        let payload = [UInt8](repeating: 0x78, count: length)
        let bytes = WireFrame.bytes(.text, payload) + WireFrame.text("next")
        for piece in [bytes.count, 4_096, 10_000] {
            let pieces = stride(from: 0, to: bytes.count, by: piece).map { bytes[$0..<min($0 + piece, bytes.count)] }
            let reading = Reading(pieces, limit: 1 << 20)
            #expect(reading.incoming == [.text(payload), .text(Array("next".utf8))])
        }
    }

    @Test func fragmentsArePutTogetherAroundControlFrames() {
        let bytes =
            WireFrame.text("He", isFinal: false) + WireFrame.bytes(.ping, [1, 2])
            + WireFrame.bytes(.continuation, Array("ll".utf8), isFinal: false) + WireFrame.bytes(.pong, [3])
            + WireFrame.bytes(.continuation, Array("o".utf8)) + WireFrame.text("next")
        #expect(
            readEveryWay(bytes).incoming == [
                .ping([1, 2]), .pong, .text(Array("Hello".utf8)), .text(Array("next".utf8)),
            ]
        )
    }

    @Test func whatCameBehindTheHandshakeIsRead() throws {
        var reader = MessageReader(received: WireFrame.text("first") + [0x81], limit: 100)
        let first = try reader.next()
        let second = try reader.next()
        reader.append([0x01, 0x78])
        let third = try reader.next()
        #expect([first, second, third] == [.text(Array("first".utf8)), nil, .text([0x78])])
    }

    @Test(arguments: [
        (WireFrame.bytes(.close), CloseCode.noStatus), (WireFrame.close(1000), .normal),
        (WireFrame.close(1011, Array("why".utf8)), .internalError),
    ])
    func aCloseTellsItsCode(frame: [UInt8], code: CloseCode) {
        #expect(readEveryWay(WireFrame.text("x") + frame).incoming.last == .close(code))
    }

    private static let faults: [(FrameFault, [UInt8])] = [
        (.masked, WireFrame.text("x", key: WireFrame.key)),
        (.binary, WireFrame.bytes(.binary, [1])),
        (.reservedBits, [0xC1, 0x00]),
        (.unknownOpcode, [0x83, 0x00]),
        (.lengthNotMinimal, [0x81, 126, 0, 5]),
        (.controlFragmented, WireFrame.bytes(.ping, isFinal: false)),
        (.controlTooLong, WireFrame.header(.ping, announcing: 126)),
        (.continuationOfNothing, WireFrame.bytes(.continuation, [1])),
        (.messageInsideMessage, WireFrame.text("a", isFinal: false) + WireFrame.text("b")),
        (.closeCode, WireFrame.close(1006)),
        (.closeCode, WireFrame.bytes(.close, [3])),
        (.closeReason, WireFrame.close(1000, [0xFF])),
        (.messageTooLong, WireFrame.header(.text, announcing: 1_001)),
        (.messageTooLong, WireFrame.header(.text, announcing: UInt64(Int64.max))),
        (.messageTooLong, WireFrame.text("a", isFinal: false) + WireFrame.header(.continuation, announcing: 1_000)),
    ]

    @Test(arguments: faults)
    func everyFault(fault: FrameFault, bytes: [UInt8]) {
        let reading = readEveryWay(WireFrame.text("good") + bytes)
        #expect(reading.incoming == [.text(Array("good".utf8))])
        #expect(reading.fault == fault)
    }

    @Test func theLimitIsTheLastLengthThatPasses() {
        let payload = [UInt8](repeating: 0x78, count: 1_000)
        #expect(readEveryWay(WireFrame.bytes(.text, payload)).incoming == [.text(payload)])
        let halves = WireFrame.bytes(.text, Array(payload[..<500]), isFinal: false)
        let second = WireFrame.bytes(.continuation, Array(payload[500...]))
        // A control frame takes nothing of the message's allowance.
        let ping = WireFrame.bytes(.ping, [UInt8](repeating: 1, count: 125))
        let reading = Reading([(halves + ping + second)[...]])
        #expect(reading.incoming == [.ping([UInt8](repeating: 1, count: 125)), .text(payload)])
    }

    @Test func aPingPassesWhenTheMessageHasReachedItsLimit() {
        let bytes =
            WireFrame.text("0123456789", isFinal: false) + WireFrame.bytes(.ping, [1]) + WireFrame.bytes(.continuation)
        #expect(readEveryWay(bytes, limit: 10).incoming == [.ping([1]), .text(Array("0123456789".utf8))])
    }

    @Test(arguments: 0..<30)
    func anySplitOfARandomStreamIsTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let stream = WireFrame.randomStream(messages: 6, longest: 300, closes: true, key: nil, using: &generator)
        let whole = Reading([stream[...]], limit: 4_000)
        #expect(whole.fault == nil)
        #expect(whole.incoming.last == .close(.normal))
        for longest in [1, 5, 90] {
            #expect(Reading(generator.split(stream, longest: longest), limit: 4_000) == whole)
        }
    }
}
