/// Reads one CDP command as its bytes come, whole or in pieces, and keeps no more of it than says what it is: `id`, `method`,
/// `sessionId`, and where `params` begins and ends.
///
/// It is as strict as Chrome, and stricter where two readers could differ: JSON in UTF-8 by the letter of RFC 8259, no name
/// twice in any object, no member but the four, an `id` in plain digits. So a command that passes means to Chrome what it
/// means here.
///
/// Pure, and used again for message after message: in the steady state it allocates nothing.
public struct CommandScanner: Sendable {
    /// How deep arrays and objects may nest. Chrome refuses about 300.
    public static let maximumDepth = 256
    /// How many names may have to be told from one another at a time.
    static let mostNames = 1 << 18
    /// The longest name, in bytes.
    static let longestName = 64 << 10
    /// The longest `method` or `sessionId`, in bytes: Chrome's own are a third of this.
    static let longestText = 256

    /// What the message turned out to be at fault for; nothing of it is read any more.
    public internal(set) var fault: CommandFault?
    /// `method`, without escapes; empty until it was read.
    public internal(set) var method: [UInt8] = []
    /// `sessionId`; empty until it was read, and for the browser's own session.
    public internal(set) var sessionID: [UInt8] = []
    /// `id` in digits; empty until it was read.
    public internal(set) var id: [UInt8] = []
    /// Where the value of `params` stands in the message; nil for none, for null and for `[]`.
    public var params: Range<Int>? { paramsEnd > paramsStart ? paramsStart..<paramsEnd : nil }

    // The state is in variables of their own, and not in the cases of an enum: every byte of a command changes it.
    var step = Step.value
    var frames: [Frame] = []
    var names: [Int] = []
    /// The string that is being read, without escapes, if it is one that is looked at.
    var text: [UInt8] = []
    var textIsKept = false
    var textIsName = false
    var longestKept = 0
    /// The continuation bytes that are still to come of a character, and the range of the next one.
    var continuations = 0
    var nextContinuation: ClosedRange<UInt8> = 0x80...0xBF
    /// The hexadecimal digits that are still to come of an escape, and their value so far.
    var hexDigits = 0
    var codeUnit: UInt16 = 0
    /// The first half of a surrogate pair whose second half may follow.
    var highSurrogate: UInt16?
    /// What is still to come of `true`, `false` or `null`: its bytes, the next one lowest.
    var literal: UInt32 = 0
    var member: Member?
    var seen: UInt8 = 0
    /// How many bytes of the message were read.
    var position = 0
    var paramsStart = 0
    var paramsEnd = 0

    /// A scanner before the first byte of a message.
    public init() {}

    /// Begins with the next message.
    public mutating func reset() {
        fault = nil
        method.removeAll(keepingCapacity: true)
        sessionID.removeAll(keepingCapacity: true)
        id.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        Self.empty(&names)
        Self.empty(&text)
        (step, textIsKept, textIsName, longestKept) = (.value, false, false, 0)
        (continuations, hexDigits, codeUnit, highSurrogate, literal) = (0, 0, 0, nil, 0)
        (member, seen, position, paramsStart, paramsEnd) = (nil, 0, 0, 0, 0)
    }

    /// Reads a whole message.
    mutating func read(_ message: Span<UInt8>) {
        reset()
        take(message)
        finish()
    }

    /// Takes the next bytes of the message.
    public mutating func take(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count, fault == nil {
            if step == .string {
                index = takeString(bytes, from: index)
            } else {
                take(bytes[index])
                index += 1
                position += 1
            }
        }
    }

    /// The message has ended. Afterwards ``fault`` says whether it was a command.
    public mutating func finish() {
        guard fault == nil else { return }
        if step != .end {
            fault = .syntax
        } else if !has(.id) {
            fault = .id
        } else if !has(.method) {
            fault = .method
        }
    }

    /// Whether the member has begun, so that its value is, or will be, known.
    func has(_ member: Member) -> Bool { seen & member.rawValue != 0 }

    /// Room for what most messages need is kept.
    private static func empty<Element>(_ array: inout [Element]) {
        if array.capacity * MemoryLayout<Element>.stride > 4096 {
            array = []
        } else {
            array.removeAll(keepingCapacity: true)
        }
    }

    /// What the next byte may be.
    enum Step: UInt8, Sendable {
        /// The first byte of a value.
        case value
        /// The same, or the end of an array that has no element yet.
        case valueOrEnd
        /// A name, or the end of an object that has no member yet.
        case nameOrEnd
        /// A name.
        case name
        /// The colon behind a name.
        case colon
        /// What follows a value inside an array or an object.
        case afterValue
        /// A byte of a string.
        case string
        /// The byte behind a backslash.
        case escape
        /// A hexadecimal digit.
        case hex
        /// A byte of `true`, `false` or `null`.
        case literal
        /// A number: behind its sign, its zero, digits, point, digits of the fraction, `e`, that one's sign, its digits.
        case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
        /// White space behind the message.
        case end
    }

    /// An array or an object that has begun.
    struct Frame: Sendable {
        let isObject: Bool
        /// Where its names begin among all.
        let firstName: Int
    }

    /// The members of a command.
    enum Member: UInt8, Sendable, CaseIterable {
        case id = 1
        case method = 2
        case params = 4
        case sessionID = 8

        private static func `is`(_ name: [UInt8], _ text: String) -> Bool {
            name.span.hasSameBytes(as: text.utf8.span)
        }

        /// The member of this name.
        init?(_ name: [UInt8]) {
            switch name.count {
            case 2 where Self.is(name, "id"): self = .id
            case 6 where Self.is(name, "method"): self = .method
            case 6 where Self.is(name, "params"): self = .params
            case 9 where Self.is(name, "sessionId"): self = .sessionID
            default: return nil
            }
        }
    }
}
