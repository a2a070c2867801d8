import ProxyCore
import TestSupport

/// What became of a request head, in terms that can be compared.
enum HeadOutcome: Equatable {
    /// The line, the `name`s' values, and how many bytes the head took.
    case parsed(String, byteCount: Int)
    case incomplete
    case refused(HTTPRefusal)

    /// The outcomes of `text` in every way of splitting it, alone and with bytes behind it: one, if all agree.
    ///
    /// Bytes behind an incomplete head would be part of it, so `isComplete` says whether to try them.
    static func ofEverySplit(
        _ bytes: [UInt8],
        limits: HTTPLimits = .standard,
        step: Int = 1,
        isComplete: Bool = true
    ) -> [HeadOutcome] {
        let trailers: [[UInt8]] = isComplete ? [[], [0x81, 0x80, 0, 0, 0, 0], Array("GET /\r\n\r\n".utf8)] : [[]]
        var distinct: [HeadOutcome] = []
        for trailer in trailers {
            let received = bytes + trailer
            for outcome in ByteSplitter.outcomes(of: received, step: step, { of(received, $0, limits) })
            where !distinct.contains(outcome) {
                distinct.append(outcome)
            }
        }
        return distinct
    }

    /// The outcome when the parser sees as many bytes of `received` as `schedule` says, one length after another.
    private static func of(_ received: [UInt8], _ schedule: [Int], _ limits: HTTPLimits) -> HeadOutcome {
        var parser = RequestHeadParser(limits: limits)
        for length in schedule {
            do throws(HTTPRefusal) {
                guard let head = try parser.parse(received.span.extracting(first: length)) else { continue }
                return .parsed(summary(of: head), byteCount: head.byteCount)
            } catch {
                return .refused(error)
            }
        }
        return .incomplete
    }

    private static func summary(of head: RequestHead) -> String {
        "\(head.method) \(String(decoding: head.target, as: UTF8.self)) \(head.version) \(head.fields.count)"
    }
}

/// The head that `text` holds, read whole.
func makeHead(_ text: String, limits: HTTPLimits = .standard) throws -> RequestHead {
    var parser = RequestHeadParser(limits: limits)
    guard let head = try parser.parse(Array(text.utf8).span) else { throw IncompleteHead() }
    return head
}

/// A test's own head has no end.
struct IncompleteHead: Error {}

/// `bytes` as text, for comparisons that read well when they fail.
func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
