import ProxyCore
import TestSupport
import Testing

@Suite struct ControlFrameTests {
    @Test func aCloseHasItsCodeAndReason() {
        #expect(ControlFrame.close(.internalError, reason: "gone") == [0x88, 6, 0x03, 0xF3] + Array("gone".utf8))
        #expect(ControlFrame.close(.normal, reason: "") == [0x88, 2, 0x03, 0xE8])
    }

    @Test func aReasonMayHave123Bytes() {
        let frame = ControlFrame.close(.normal, reason: String(repeating: "r", count: 123))
        #expect(frame.count == 2 + 125)
    }

    @Test func aPingIsEmpty() {
        #expect(ControlFrame.ping() == [0x89, 0])
        #expect(ControlFrame.ping(maskingKey: WireFrame.key) == [0x89, 0x80, 0x37, 0xFA, 0x21, 0x3D])
    }

    @Test func aPongHasThePingsPayload() {
        #expect(ControlFrame.pong(payload: [1, 2, 3]) == [0x8A, 3, 1, 2, 3])
    }

    @Test(arguments: [FrameSender.client, .server])
    func theOtherSideFindsThemGood(sender: FrameSender) {
        let key = sender == .client ? WireFrame.key : nil
        let frames = [
            ControlFrame.ping(maskingKey: key), ControlFrame.pong(payload: [7, 8], maskingKey: key),
            ControlFrame.close(.serviceRestart, reason: "é", maskingKey: key),
        ]
        var walker = FrameWalker(sender: sender)
        #expect(walker.walk(Array(frames.joined()).span).fault == nil)
        #expect(walker.frames == 3)
        #expect(walker.closeCode == .serviceRestart)
    }
}
