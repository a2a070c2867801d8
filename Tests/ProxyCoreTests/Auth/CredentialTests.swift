import Testing

@testable import ProxyCore

@Suite struct CredentialTests {
    @Test(
        arguments: [
            ("", ["Authorization: Bearer abc"], "bearer abc"), ("", ["authorization: bEARER   abc"], "bearer abc"),
            ("signingKey=abc", [], "signingKey abc"), ("x=1&signingKey=abc&y=2", [], "signingKey abc"),
            ("ticket=t", [], "ticket t"),
            ("", ["X-API-Key: k"], "apiKey k"), ("signingKey=a%2Eb", [], "signingKey a.b"),
            ("%73igningKey=abc", [], "signingKey abc"),
            ("signingKey=a+b", [], "signingKey a+b"), ("signingKey=a=b", [], "signingKey a=b"),
            ("signingKey=", [], "signingKey "),
            ("signingKey", [], "signingKey "), ("", ["Authorization: Bearer"], "bearer "),
            ("", ["Authorization: Bearer a b"], "bearer a b"),
            ("", ["X-API-Key:"], "apiKey "),
            // The first found wins.
            ("signingKey=s&ticket=t", ["Authorization: Bearer b", "X-API-Key: k"], "bearer b"),
            ("ticket=t&signingKey=s", ["X-API-Key: k"], "signingKey s"), ("ticket=t", ["X-API-Key: k"], "ticket t"),
            // Another scheme is another hop's credential.
            ("signingKey=s", ["Authorization: Basic dTpw"], "signingKey s"),
            ("", ["Authorization: Bearertoken", "X-API-Key: k"], "apiKey k"),
        ] as [(String, [String], String)]
    )
    func finds(query: String, fields: [String], expected: String) throws {
        #expect(text(try find(query, fields)) == expected)
    }

    @Test(
        arguments: [
            ("", [], .missing), ("SigningKey=abc", [], .missing), ("signingkey=abc", [], .missing),
            ("a=signingKey", [], .missing),
            ("", ["Authorization: Basic dTpw"], .missing), ("", ["Cookie: signingKey=abc"], .missing),
            ("", ["Authorization:"], .missing),
            ("signingKey=a&signingKey=a", [], .malformed), ("signingKey=a&%73igningKey=b", [], .malformed),
            ("ticket=a&ticket=b", [], .malformed),
            ("signingKey=a&signingKey", [], .malformed),
            ("", ["Authorization: Bearer a", "Authorization: Bearer a"], .malformed),
            ("", ["Authorization: Basic a", "Authorization: Bearer a"], .malformed),
            ("", ["X-API-Key: a", "x-api-key: a"], .malformed),
            // Even of a kind that would not win.
            ("signingKey=a&signingKey=b", ["Authorization: Bearer c"], .malformed),
            ("ticket=a&ticket=b&signingKey=s", [], .malformed),
        ] as [(String, [String], Rejection)]
    )
    func refuses(query: String, fields: [String], expected: Rejection) {
        #expect(throws: expected) { try find(query, fields) }
    }

    /// A request head with such a target is refused before; what else makes queries is held to the same rule.
    @Test(arguments: ["signingKey=a%2", "signingKey=a%zz", "ticket=%"]) func refusesBrokenEncoding(query: String) throws
    {
        let fields = try head("", []).fields
        let query = QueryParameters(Array(query.utf8)[...])
        #expect(throws: Rejection.malformed) { try Credential.find(fields: fields, query: query) }
    }

    @Test func printsNothing() throws {
        let credential = try find("", ["Authorization: Bearer secret-token"])
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped, "\([credential])"] {
            #expect(!text.contains("115") && !text.contains("secret"), "\(text)")
        }
    }

    private func find(_ query: String, _ fields: [String]) throws -> Credential {
        let head = try head(query, fields)
        return try Credential.find(fields: head.fields, query: QueryParameters(head.query))
    }

    private func head(_ query: String, _ fields: [String]) throws -> RequestHead {
        let lines = ["GET /\(query.isEmpty ? "" : "?")\(query) HTTP/1.1", "Host: a"] + fields
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var parser = RequestHeadParser()
        return try #require(try parser.parse(bytes.span))
    }

    private func text(_ credential: Credential) -> String {
        switch credential {
        case .bearer(let bytes): "bearer " + String(decoding: bytes, as: UTF8.self)
        case .signingKey(let bytes): "signingKey " + String(decoding: bytes, as: UTF8.self)
        case .ticket(let bytes): "ticket " + String(decoding: bytes, as: UTF8.self)
        case .apiKey(let bytes): "apiKey " + String(decoding: bytes, as: UTF8.self)
        }
    }
}
