@testable import ProxyCore

extension FuzzTarget {
    /// A request's head, with what the routes ask of it.
    static let requests = FuzzTarget(name: "requests", longest: 2048) { bytes throws(Violation) in
        for limits in [HTTPLimits.standard, HTTPLimits(head: 200, fieldCount: 3, body: 10)] {
            let reading = try Split.outcome(of: bytes, "a request") { RequestReading(bytes, $0, limits) }
            guard case .parsed = reading, let head = RequestReading.head(bytes, limits) else { continue }
            try expect(head.byteCount <= min(bytes.count, limits.head), "a head is within what came, and its limit")
            try expect(head.fields.count <= limits.fieldCount, "a head has no more fields than its limit")
            try expect(0...limits.body ~= head.contentLength, "a body is no longer than its limit")
            try HeadOracle.check(head.fields)
            try checkTarget(of: head)
            try checkRewritten(head)
            try checkUpgrade(head)
        }
    }

    private static func checkTarget(of head: RequestHead) throws(Violation) {
        try expect(head.target.first == UInt8(ascii: "/"), "a target is in origin-form")
        let joined = Array(head.path) + (head.query.map { [UInt8(ascii: "?")] + $0 } ?? [])
        try expect(joined, equals: Array(head.target), "path and query are the target")
        try expect(QueryParameters.percentDecoded(head.target) != nil, "a target's percent-encoding is well formed")
        let hosts = head.fields.count(of: .host)
        try expect(hosts == 1 || hosts == 0 && head.version == .http10, "a head has one Host, or none in HTTP/1.0")
        try expect((head.authority != nil) == (hosts == 1), "a Host that was accepted is an authority")
        let query = QueryParameters(head.query)
        let clean = query.removing(Credential.queryNames)
        let rest = QueryParameters(clean[...])
        try expect(rest.values(ofAny: Credential.queryNames).isEmpty, "no credential is left in a cleaned query")
        try expect(rest.removing(Credential.queryNames), equals: clean, "cleaning a clean query changes nothing")
        for name in Credential.queryNames {
            try expect((query.count(of: name) > 0) == (query.first(of: name) != nil), "a counted parameter is found")
        }
    }

    /// Writes what was read as a plain head, which must read the same.
    private static func checkRewritten(_ head: RequestHead) throws(Violation) {
        let method = head.fields.bytes.prefix { $0 != .space }
        let version = head.version == .http11 ? " HTTP/1.1" : " HTTP/1.0"
        let written = HeadOracle.head(
            Array(method) + [.space] + head.target + Array(version.utf8),
            HeadOracle.lines(of: head.fields)
        )
        let limits = HTTPLimits(head: Int(UInt16.max), body: .max)
        let again = RequestReading(written, [written.count], limits)
        try expect(again, equals: .parsed(RequestReading.Summary(head)), "a head written back reads the same")
    }

    private static func checkUpgrade(_ head: RequestHead) throws(Violation) {
        let upgrade: WebSocketUpgrade
        do throws(UpgradeRefusal) {
            upgrade = try WebSocketUpgrade(head)
        } catch {
            var answer = HTTPResponse(error.status, json: [])
            answer.setFields(for: error)
            return try checkAnswer(answer, error.status)
        }
        try expect(WebSocketUpgrade.isAttempted(by: head), "an upgrade that is admitted is an attempt at one")
        var parser = ResponseHeadParser()
        guard let answer = try? parser.parse(upgrade.answer().span) else {
            throw Violation(property: "our 101 is a response")
        }
        do throws(HandshakeFault) {
            try ClientHandshake(key: upgrade.key).check(answer)
        } catch {
            throw Violation(property: "our 101 opens the WebSocket it answers, not: \(error)")
        }
    }

    private static func checkAnswer(_ answer: HTTPResponse, _ status: HTTPStatus) throws(Violation) {
        let bytes = answer.serialized()
        var parser = ResponseHeadParser()
        guard let head = try? parser.parse(bytes.span) else { throw Violation(property: "our answer is a response") }
        try expect(head.status, equals: status.code, "an answer has the refusal's status")
        try expect(head.contentLength, equals: bytes.count - head.byteCount, "an answer's length is its body's")
    }
}
