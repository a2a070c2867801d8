import Testing

@testable import SessionService

@Suite struct BearerTokenTests {
    @Test(arguments: ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR   a.b.c"])
    func theTokenIsFound(header: String) throws {
        let token = try BearerToken.find(in: [header])
        #expect(String(decoding: token.bytes, as: UTF8.self) == "a.b.c")
        #expect(!"\(token)".contains("a.b.c"))
    }

    @Test(
        arguments: [
            ([], AuthenticationFailure.missing), ([""], .missing),
            (["Bearer"], .malformedHeader), (["Bearer "], .malformedHeader), (["Bearer    "], .malformedHeader),
            (["Bearera.b.c"], .malformedHeader), (["a.b.c"], .malformedHeader), (["Bearer\ta.b.c"], .malformedHeader),
            (["Basic dXNlcjpwYXNz"], .malformedHeader), (["Bearer: a.b.c"], .malformedHeader),
            ([" Bearer a.b.c"], .malformedHeader), (["Bearer a.b.c d"], .malformedHeader),
            (["Bearer a.b.c\tx"], .malformedHeader), (["\u{2}earer a.b.c"], .malformedHeader),
            (["Bearer a.b.c", "Bearer a.b.c"], .malformedHeader), (["", ""], .malformedHeader),
            (["Bearer a.b.c", "Basic x"], .malformedHeader),
        ] as [([String], AuthenticationFailure)]
    )
    func anyOtherHeaderIsRefused(headers: [String], reason: AuthenticationFailure) {
        #expect(throws: reason) { try BearerToken.find(in: headers) }
    }
}
