import NIOCore
import NIOHTTP1

/// The request/response exchanges of one connection: which answer is the last, and which parts of requests and answers
/// are still to come. A value without I/O. Its owner reports what it reads and writes, and follows what the value
/// returns.
///
/// An answer that is sent before a long body has arrived is the last. The rest of that body stands before the next
/// request, and the service does not need it.
struct ExchangeState {
    /// A request whose answer has not ended.
    private struct Request {
        let framing: RequestFraming
        var received = 0
        var isWhole = false

        /// Whether the rest of the body is too long to be discarded for the sake of the next request.
        var hasLongRest: Bool {
            guard !isWhole else { return false }
            guard let announced = framing.announced else { return true }
            return announced - received > ExchangeState.mostDiscardedBytes
        }
    }

    /// The most bytes of an unneeded body that are discarded to reach the next request.
    static let mostDiscardedBytes = 65_536

    /// The oldest is first.
    private var requests = CircularBuffer<Request>()
    private var takesRequests = true
    /// Whether the rest of a request is still to come.
    private(set) var isRequestComing = false
    /// Whether the current answer, or the one before it, is the last.
    private(set) var isEnding = false
    private var isAnswering = false

    /// The next step for a request's head.
    enum Reception: Equatable {
        /// Pass it on.
        case pass
        /// Discard it: the last request came before.
        case drop
        /// Refuse it, and discard everything after it.
        case refuse
    }

    /// A connection without requests.
    init() {}

    /// Whether a request still waits for its answer or for the rest of it.
    var isAnswerDue: Bool { !requests.isEmpty }

    /// Whether the last answer has ended.
    var isOver: Bool { isEnding && !isAnswering && requests.isEmpty }

    /// Takes a request's head and returns the next step.
    mutating func receive(_ head: HTTPRequestHead) -> Reception {
        guard takesRequests else { return .drop }
        guard let framing = RequestFraming(head) else {
            takesRequests = false
            return .refuse
        }
        requests.append(Request(framing: framing))
        isRequestComing = true
        takesRequests = !framing.isLast
        return .pass
    }

    /// Takes a part of a body; returns whether to pass it on.
    mutating func receive(bytes count: Int) -> Bool {
        guard isRequestComing, !isEnding else { return false }
        if !requests.isEmpty, !requests[requests.index(before: requests.endIndex)].isWhole {
            requests[requests.index(before: requests.endIndex)].received += count
        }
        return true
    }

    /// Takes the end of a request; returns whether to pass it on.
    mutating func receiveEnd() -> Bool {
        guard isRequestComing else { return false }
        isRequestComing = false
        if !requests.isEmpty { requests[requests.index(before: requests.endIndex)].isWhole = true }
        return !isEnding
    }

    /// Notes that the client's bytes are not HTTP.
    mutating func receiveMalformed() {
        takesRequests = false
        isRequestComing = false
    }

    /// Notes the start of an answer; returns whether it must announce that the connection closes.
    mutating func beginAnswer() -> Bool {
        // An answer without a request refuses the bytes that were not one.
        let isLast = requests.first.map { $0.hasLongRest || $0.framing.isLast } ?? true
        if isLast {
            isEnding = true
            takesRequests = false
        }
        isAnswering = true
        return isLast
    }

    /// Notes the end of an answer.
    mutating func endAnswer() {
        isAnswering = false
        _ = requests.popFirst()
    }
}
