import TestSupport
import Testing

@testable import ProxyCore

/// The ways in which a relay may pass bytes; what it promises holds in each.
enum RelayKind: CaseIterable, Sendable {
    /// Byte-wise directions between plain legs, as connections are joined today.
    case byteWise
    /// Message-wise directions that let every message pass.
    case messageWise
    /// Byte-wise directions, the client's leg behind a codec.
    case coded
    /// Message-wise directions, the client's leg behind a codec.
    case codedMessageWise

    /// The longest message that a message-wise direction of these tests holds.
    static let longestHeld = 16 << 10

    /// Whether the directions hold messages until they are whole.
    var holdsMessages: Bool {
        switch self {
        case .byteWise, .coded: false
        case .messageWise, .codedMessageWise: true
        }
    }

    /// What the directions do with messages; nil when they are byte-wise.
    var rule: MessageRule? { holdsMessages ? .identity(longest: Self.longestHeld) : nil }

    /// A codec for the client's leg.
    var codec: LegCodec? {
        switch self {
        case .byteWise, .messageWise: nil
        case .coded, .codedMessageWise: FlippingCodec()
        }
    }

    /// What goes on of whole valid frames.
    func passed(_ stream: [UInt8]) -> [UInt8] {
        holdsMessages ? MessageModel.passed(stream, longest: Self.longestHeld) : stream
    }

    /// The kind that the present run of a test is about.
    @TaskLocal static var current = RelayKind.byteWise
}

/// Runs each test of a suite once for each kind of relay, with ``RelayKind/current`` set.
struct InEveryKind: SuiteTrait, TestTrait, TestScoping {
    let kinds: [RelayKind]
    let isRecursive = true

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        for kind in kinds { try await RelayKind.$current.withValue(kind) { try await function() } }
    }
}

extension Trait where Self == InEveryKind {
    /// In byte-wise and in message-wise relays.
    static var inBothDirections: InEveryKind { InEveryKind(kinds: [.byteWise, .messageWise]) }
    /// In those, and with the client behind a codec.
    static var inEveryKind: InEveryKind { InEveryKind(kinds: RelayKind.allCases) }
}

/// Flips every bit, and has the habits that make a codec different from a plain socket: it decodes ahead of what is asked
/// for, and it encodes a record that the kernel may take in part.
// `@safe`: the buffer is its own from beginning to end.
@safe final class FlippingCodec: LegCodec, @unchecked Sendable {
    private static let record = 16_384

    private let raw = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: record)
    private var decoded: [UInt8] = []
    private var position = 0
    private var hasEnded = false
    private var encoded: [UInt8] = []
    private var written = 0

    deinit {
        unsafe raw.deallocate()
    }

    override func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        from socket: borrowing Descriptor
    ) throws(Errno) -> Int? {
        if position == decoded.count {
            if hasEnded { return 0 }
            guard try fill(from: socket) else { return nil }
            if hasEnded { return 0 }
        }
        let count = min(buffer.count, decoded.count - position)
        for index in 0..<count { unsafe buffer[index] = ~decoded[position + index] }
        position += count
        return count
    }

    private func fill(from socket: borrowing Descriptor) throws(Errno) -> Bool {
        let count = unsafe try socket.receive(into: UnsafeMutableRawBufferPointer(raw))
        guard let count else { return false }
        hasEnded = count == 0
        decoded = unsafe Array(raw[..<count])
        position = 0
        return true
    }

    override func send(_ bytes: Span<UInt8>, more: Bool, to socket: borrowing Descriptor) throws(Errno) -> Int? {
        if written == encoded.count {
            encoded = []
            for index in 0..<min(bytes.count, Self.record) { encoded.append(~bytes[index]) }
            written = 0
        }
        let record = encoded
        while written < record.count {
            guard let count = try socket.send(record.span.extracting(written...), more: more) else { return nil }
            written += count
        }
        return record.count
    }
}
