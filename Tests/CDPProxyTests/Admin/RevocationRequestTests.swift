import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct RevocationRequestTests {
    @Test(
        arguments: [
            (#"{"jti":"a"}"#, .token), (#"{"sessionId":"a"}"#, .session), (#"{"userId":"a"}"#, .user),
            (#"{"key":"a"}"#, .key),
        ] as [(String, Revocation.Kind)]
    )
    func oneMemberSaysWhat(body: String, kind: Revocation.Kind) {
        let request = RevocationRequest(Array(body.utf8))
        #expect(request?.kind == kind)
        #expect(request?.subject == "a")
    }

    @Test(arguments: [
        "", "{}", "[]", "7", #"{"jti":""}"#, #"{"jti":1}"#, #"{"jti":null}"#, #"{"jti":"a","userId":"b"}"#,
        #"{"jti":"a","jti":"b"}"#,
        #"{"other":"a"}"#, #"{"jti":"a"}x"#, #"{"jti":"\u0000"}"#, #"{"jti":["a"]}"#,
        #"{"jti":"\#(String(repeating: "a", count: 1001))"}"#,
    ])
    func anythingElseIsNone(body: String) {
        #expect(RevocationRequest(Array(body.utf8)) == nil)
    }
}
