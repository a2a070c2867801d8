@testable import ProxyCore

/// A stream of frames read the plain way, all of it at hand: what the walker and the reader are compared with.
struct FrameOracle: Equatable {
    /// A frame that began, by its header.
    struct Frame: Equatable {
        /// Where its header begins.
        let start: Int
        /// Where its payload begins.
        let payload: Int
        /// Where it ends, perhaps behind what has come.
        let end: Int
        /// Its header.
        let header: FrameHeader
    }

    /// The frames whose headers are whole and admitted.
    private(set) var frames: [Frame] = []
    /// What is wrong behind them.
    private(set) var fault: FrameFault?
    /// Where the frame with the fault begins, or the bytes behind a whole Close frame.
    private(set) var end = 0
    /// The code of a whole Close frame.
    private(set) var closeCode: CloseCode?
    /// For each place, how many frames' headers end there or before it.
    private var begun: [Int] = []

    /// Reads a stream from its first byte.
    init(_ bytes: [UInt8], sender: FrameSender) {
        var rules = FrameRules(sender: sender)
        do throws(FrameFault) {
            while closeCode == nil, let frame = try Self.frame(bytes, at: end) {
                try rules.admit(frame.header)
                frames.append(frame)
                guard frame.end <= bytes.count else { break }
                if frame.header.opcode == .close { closeCode = try Self.code(bytes, frame) }
                end = frame.end
            }
        } catch {
            fault = error
        }
        if fault == nil, closeCode == nil { end = bytes.count }
        begun = [Int](repeating: 0, count: bytes.count + 1)
        for frame in frames { begun[frame.payload] += 1 }
        for place in begun.indices.dropFirst() { begun[place] += begun[place - 1] }
    }

    /// The last frame whose header ends at a place or before it.
    func lastFrame(before place: Int) -> Frame? { begun[place] == 0 ? nil : frames[begun[place] - 1] }

    /// The frame whose header stands at `start`; nil when not all of it has come.
    private static func frame(_ bytes: [UInt8], at start: Int) throws(FrameFault) -> Frame? {
        guard start + 2 <= bytes.count else { return nil }
        let payload = start + FrameHeader.length(first: bytes[start], second: bytes[start + 1])
        guard payload <= bytes.count else { return nil }
        let header = try FrameHeader(bytes.span.extracting(start..<payload))
        let (end, isFar) = payload.addingReportingOverflow(Int(header.payloadLength))
        return Frame(start: start, payload: payload, end: isFar ? .max : end, header: header)
    }

    private static func code(_ bytes: [UInt8], _ frame: Frame) throws(FrameFault) -> CloseCode {
        let payload = bytes[frame.payload..<frame.end].enumerated().map { place, byte in
            byte ^ (frame.header.maskingKey?[place] ?? 0)
        }
        guard !payload.isEmpty else { return .noStatus }
        guard payload.count >= 2 else { throw .closeCode }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isLegalOnTheWire else { throw .closeCode }
        guard String(validating: payload.dropFirst(2), as: UTF8.self) != nil else { throw .closeReason }
        return code
    }
}
