@testable import ProxyCore

extension FuzzTarget {
    /// The head of an answer of Chrome's, and our handshake with it.
    static let responses = FuzzTarget(name: "responses", longest: 2048) { bytes throws(Violation) in
        for limits in [HTTPLimits.standard, HTTPLimits(head: 200, fieldCount: 3)] {
            let reading = try Split.outcome(of: bytes, "a response") { ResponseReading(bytes, $0, limits) }
            guard case .parsed(let summary) = reading else { continue }
            var parser = ResponseHeadParser(limits: limits)
            guard let head = try? parser.parse(bytes.span) else { continue }
            try expect(head.byteCount <= min(bytes.count, limits.head), "a head is within what came, and its limit")
            try expect(head.fields.count <= limits.fieldCount, "a head has no more fields than its limit")
            try expect(100...599 ~= head.status, "a status has three digits and a class")
            try expect(head.contentLength ?? 0 >= 0, "a length is not negative")
            try HeadOracle.check(head.fields)
            let version = head.version == .http11 ? "HTTP/1.1" : "HTTP/1.0"
            let written = HeadOracle.head("\(version) \(head.status) ".utf8, summary.lines)
            let again = ResponseReading(written, [written.count], HTTPLimits(head: Int(UInt16.max)))
            try expect(again, equals: reading, "a head written back reads the same")
            try checkHandshake(head)
        }
    }

    private static func checkHandshake(_ head: ResponseHead) throws(Violation) {
        // The key of RFC 6455 section 1.3, whose answer the corpus has.
        guard let key = WebSocketKey(Array("dGhlIHNhbXBsZSBub25jZQ==".utf8)[...]) else { return }
        do throws(HandshakeFault) {
            try ClientHandshake(key: key).check(head)
        } catch {
            return
        }
        try expect(head.status, equals: 101, "only a 101 opens a WebSocket")
        let accept = head.fields.values(of: .secWebSocketAccept).map { Array($0) }
        try expect(accept, equals: [key.accept], "only the answer to our key opens a WebSocket")
        let offered = head.fields.contains(.secWebSocketExtensions) || head.fields.contains(.secWebSocketProtocol)
        try expect(!offered, "nothing is agreed to that was not offered")
    }
}

/// What became of the bytes of a response, in terms that can be compared.
private enum ResponseReading: Equatable {
    case incomplete
    case refused(HTTPRefusal)
    case parsed(Summary)

    /// All that a head says.
    struct Summary: Equatable {
        let version: HTTPVersion
        let status: UInt16
        let contentLength: Int?
        let lines: [HeadOracle.Line]
    }

    /// Reads bytes of which so many have come after each read.
    init(_ bytes: [UInt8], _ schedule: [Int], _ limits: HTTPLimits) {
        var parser = ResponseHeadParser(limits: limits)
        self = .incomplete
        for length in schedule {
            do throws(HTTPRefusal) {
                guard let head = try parser.parse(bytes.span.extracting(first: length)) else { continue }
                let lines = HeadOracle.lines(of: head.fields)
                self = .parsed(
                    Summary(version: head.version, status: head.status, contentLength: head.contentLength, lines: lines)
                )
            } catch {
                self = .refused(error)
            }
            return
        }
    }
}
