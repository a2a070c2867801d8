@testable import ProxyCore

/// What became of the bytes of a request, in terms that can be compared.
enum RequestReading: Equatable {
    case incomplete
    case refused(HTTPRefusal)
    case parsed(Summary)

    /// All that a head says.
    struct Summary: Equatable {
        let method: RequestMethod
        let version: HTTPVersion
        let target: [UInt8]
        let path: [UInt8]
        let contentLength: Int
        let lines: [HeadOracle.Line]

        /// What `head` says.
        init(_ head: RequestHead) {
            method = head.method
            version = head.version
            target = Array(head.target)
            path = Array(head.path)
            contentLength = head.contentLength
            lines = HeadOracle.lines(of: head.fields)
        }
    }

    /// Reads bytes of which so many have come after each read.
    init(_ bytes: [UInt8], _ schedule: [Int], _ limits: HTTPLimits) {
        var parser = RequestHeadParser(limits: limits)
        self = .incomplete
        for length in schedule {
            do throws(HTTPRefusal) {
                guard let head = try parser.parse(bytes.span.extracting(first: length)) else { continue }
                self = .parsed(Summary(head))
            } catch {
                self = .refused(error)
            }
            return
        }
    }

    /// The head at the start of bytes, when they hold a good one.
    static func head(_ bytes: [UInt8], _ limits: HTTPLimits = .standard) -> RequestHead? {
        var parser = RequestHeadParser(limits: limits)
        return try? parser.parse(bytes.span)
    }
}
