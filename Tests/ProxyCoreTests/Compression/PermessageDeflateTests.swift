import Testing

@testable import ProxyCore

@Suite struct PermessageDeflateTests {
    private static func agreed(_ fields: String...) throws -> PermessageDeflate? {
        let lines = fields.map { "Sec-WebSocket-Extensions: \($0)\r\n" }.joined()
        return try PermessageDeflate.offered(by: makeHead("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n"))
    }

    private static let standard = "permessage-deflate; client_no_context_takeover"

    @Test(arguments: [
        ("permessage-deflate", standard), ("Permessage-Deflate", standard), (", permessage-deflate ,", standard),
        ("permessage-deflate;client_max_window_bits", standard),
        ("permessage-deflate; client_no_context_takeover", standard),
        ("permessage-deflate; server_no_context_takeover", standard + "; server_no_context_takeover"),
        ("permessage-deflate; server_max_window_bits=8", standard + "; server_max_window_bits=8"),
        ("permessage-deflate ; server_max_window_bits = \"15\"", standard + "; server_max_window_bits=15"),
        ("permessage-deflate; client_max_window_bits=\"1\\0\"", standard + "; client_max_window_bits=10"),
        (
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9; server_no_context_takeover",
            standard + "; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9"
        ),
        // What cannot be agreed on is passed over.
        ("x-webkit-deflate-frame, permessage-deflate", standard),
        ("permessage-deflate; server_max_window_bits=7, permessage-deflate", standard),
        ("permessage-deflate; what=\"else\", foo; bar, permessage-deflate; client_max_window_bits", standard),
    ])
    func agreesOn(_ offer: String, _ answer: String) throws {
        #expect(try Self.agreed(offer)?.answer == answer)
    }

    @Test func theFieldMayBeRepeated() throws {
        #expect(try Self.agreed("foo", "permessage-deflate")?.answer == Self.standard)
        #expect(try Self.agreed() == nil)
    }

    @Test(arguments: [
        "", ",", "foo", "permessage-deflate2", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=08",
        "permessage-deflate; server_max_window_bits=+9", "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=99999999999999999999", "permessage-deflate; unknown",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=9; Server_Max_Window_Bits=9",
    ])
    func declines(_ offer: String) throws {
        #expect(try Self.agreed(offer) == nil)
    }

    @Test(arguments: [
        "permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "permessage-deflate; a=\"",
        "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b", "permessage-deflate; a=\"b c\"",
        "permessage-deflate; a=\"\\\"\"", "permessage-deflate a", "permessage-deflate; a b", "; a", "=",
        "\"permessage-deflate\"",
        "permessage-deflate; a=b=c", "permessage-deflate\u{00e4}", "foo; a=1 b, permessage-deflate",
        "permessage-deflate; a=\"1\"2",
    ])
    func refusesWhatIsNotWrittenAsItMust(_ offer: String) {
        #expect(throws: UpgradeRefusal.extensionsMalformed) { try Self.agreed(offer) }
    }
}
