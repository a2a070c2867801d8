import FoundationEssentials
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
            ("", ["X-API-Key:"], "apiKey "), ("apiKey=k", [], "apiKey k"), ("a=b&api%4Bey=k%2D1", [], "apiKey k-1"),
            // The first found wins.
            ("signingKey=s&ticket=t", ["Authorization: Bearer b", "X-API-Key: k"], "bearer b"),
            ("ticket=t&signingKey=s", ["X-API-Key: k"], "signingKey s"), ("ticket=t", ["X-API-Key: k"], "ticket t"),
            ("apiKey=q", ["X-API-Key: k"], "apiKey k"), ("ticket=t&apiKey=q", [], "ticket t"),
            // Repeated to the byte, it counts once.
            ("signingKey=a&signingKey=a", [], "signingKey a"), ("ticket=t&x=1&ticket=t&ticket=t", [], "ticket t"),
            ("apiKey=k&apiKey=k", [], "apiKey k"),
            ("", ["Authorization: Bearer a", "authorization: Bearer a"], "bearer a"),
            ("", ["X-API-Key: a", "x-api-key: a"], "apiKey a"),
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
            ("signingKey=a&signingKey=b", [], .malformed), ("signingKey=a&%73igningKey=b", [], .malformed),
            ("signingKey=a&signingKey=a&signingKey=b", [], .malformed), ("signingKey=a&signingKey=%61", [], .malformed),
            ("apiKey=a&apiKey=b", [], .malformed), ("apikey=a", [], .missing),
            ("ticket=a&ticket=b", [], .malformed),
            ("signingKey=a&signingKey", [], .malformed),
            ("", ["Authorization: Bearer a", "Authorization: Bearer b"], .malformed),
            ("", ["Authorization: Bearer a", "Authorization: bearer a"], .malformed),
            ("", ["Authorization: Basic a", "Authorization: Bearer a"], .malformed),
            ("", ["X-API-Key: a", "x-api-key: b"], .malformed),
            // Even of a kind that would not win.
            ("signingKey=a&signingKey=b", ["Authorization: Bearer c"], .malformed),
            ("ticket=a&ticket=b&signingKey=s", [], .malformed),
        ] as [(String, [String], CredentialRejection)]
    )
    func refuses(query: String, fields: [String], expected: CredentialRejection) {
        #expect(throws: expected) { try find(query, fields) }
    }

    private static let ticket = String(repeating: "A", count: 43)
    private static let apiKey = "flybrowser_" + String(repeating: "k", count: 43)

    /// What clients make of `ws://user:password@host`.
    @Test(
        arguments: [
            ("user:a.b.c", "bearer a.b.c"), (":a.b.c", "bearer a.b.c"), ("a.b.c:", "bearer a.b.c"),
            ("_:\(ticket)", "ticket \(ticket)"), ("\(ticket):", "ticket \(ticket)"),
            ("_:\(apiKey)", "apiKey \(apiKey)"), ("\(apiKey):", "apiKey \(apiKey)"),
            // With a password, the user counts for nothing; the first colon parts them.
            ("a.b.c:d.e.f", "bearer d.e.f"), ("u:x:a.b.c", "bearer x:a.b.c"),
            // Another hop's.
            ("user:password", nil), ("user:", nil), (":", nil), ("a.b.c", nil), ("u:a.b", nil), ("u:a.b.c.d", nil),
            ("a.b.c:password", nil), ("u:\(ticket)A", nil), ("u:\(ticket.dropLast())!", nil), ("", nil),
        ] as [(String, String?)]
    )
    func findsWhatABasicPasswordHolds(pair: String, expected: String?) throws {
        let encoded = Data(pair.utf8).base64EncodedString()
        for field in ["Basic \(encoded)", "bASIC  \(encoded)", "Basic \(encoded.filter { $0 != "=" })"] {
            // What is not ours leaves the rest to be looked at.
            let found = try find("signingKey=s", ["Authorization: \(field)"])
            #expect(text(found) == expected ?? "signingKey s")
        }
    }

    @Test(arguments: ["dTph.LmIuYw==", "dTphLmIuYw=", "dTphLmIuYw===", "=", "dTphLmIuYx==", "dTphLmIuYw== x"])
    func takesNoOtherBase64(encoded: String) {
        #expect(throws: CredentialRejection.missing) { try find("", ["Authorization: Basic \(encoded)"]) }
    }

    /// A request head with such a target is refused before; what else makes queries is held to the same rule.
    @Test(arguments: ["signingKey=a%2", "signingKey=a%zz", "ticket=%"]) func refusesBrokenEncoding(query: String) throws
    {
        let fields = try head("", []).fields
        let query = QueryParameters(Array(query.utf8)[...])
        #expect(throws: CredentialRejection.malformed) { try Credential.find(fields: fields, query: query) }
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
