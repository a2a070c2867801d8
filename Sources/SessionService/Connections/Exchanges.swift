import NIOCore
import NIOHTTP1

/// The requests of one connection and their answers, which come in the same order: which of them is the last, and what
/// is still to come of both. A value without I/O; whoever reads and writes tells it what, and does as it says.
///
/// An answer that is given before a long body has come is the last: the rest of that body is in the way of the next
/// request, and nobody wants it.
struct Exchanges {
    /// A request that has not been answered to the end.
    private struct Request {
        let framing: RequestFraming
        var received = 0
        var isWhole = false

        /// Whether more is to come of the body than is worth reading for the next request's sake.
        var hasLongRest: Bool {
            guard !isWhole else { return false }
            guard let announced = framing.announced else { return true }
            return announced - received > Exchanges.shortRest
        }
    }

    /// So much of a body nobody wants is read, for the sake of the next request, in bytes.
    static let shortRest = 65_536

    /// The oldest first.
    private var requests = CircularBuffer<Request>()
    private var takesRequests = true
    /// Whether what comes is the rest of a request.
    private(set) var isRequestComing = false
    /// Whether the answer that is being given, or was, is the last.
    private(set) var isEnding = false
    private var isAnswering = false

    /// What to do with a head.
    enum Reception: Equatable {
        /// Pass it on.
        case pass
        /// Let it fall: a last request came before.
        case drop
        /// Refuse it and all that follows.
        case refuse
    }

    /// Nothing was asked yet.
    init() {}

    /// Whether a request waits for its answer, or for the rest of it.
    var isAnswerDue: Bool { !requests.isEmpty }

    /// Whether the last answer has been given to its end.
    var isOver: Bool { isEnding && !isAnswering && requests.isEmpty }

    /// A head has come.
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

    /// A part of a body has come; whether to pass it on.
    mutating func receive(bytes count: Int) -> Bool {
        guard isRequestComing, !isEnding else { return false }
        if !requests.isEmpty, !requests[requests.index(before: requests.endIndex)].isWhole {
            requests[requests.index(before: requests.endIndex)].received += count
        }
        return true
    }

    /// A request has come to its end; whether to pass that on.
    mutating func receiveEnd() -> Bool {
        guard isRequestComing else { return false }
        isRequestComing = false
        if !requests.isEmpty { requests[requests.index(before: requests.endIndex)].isWhole = true }
        return !isEnding
    }

    /// What comes is no HTTP any more.
    mutating func receiveNonsense() {
        takesRequests = false
        isRequestComing = false
    }

    /// An answer begins; whether it says that the connection ends with it.
    mutating func beginAnswer() -> Bool {
        // An answer to nothing is the one to what was refused.
        let isLast = requests.first.map { $0.hasLongRest || $0.framing.isLast } ?? true
        if isLast {
            isEnding = true
            takesRequests = false
        }
        isAnswering = true
        return isLast
    }

    /// An answer has been given to its end.
    mutating func endAnswer() {
        isAnswering = false
        _ = requests.popFirst()
    }
}
