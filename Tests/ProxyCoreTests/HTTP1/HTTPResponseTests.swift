import ProxyCore
import Testing

@Suite struct HTTPResponseTests {
    private static let constantFields =
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
        + "Connection: close\r\n\r\n"

    @Test func writesStatusFieldsAndBody() {
        var answer = HTTPResponse(.unauthorized, json: Array("{}".utf8))
        answer.setField("WWW-Authenticate", "Bearer realm=\"cdp\"")
        #expect(
            text(answer.serialized())
                == "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json; charset=UTF-8\r\n"
                + "WWW-Authenticate: Bearer realm=\"cdp\"\r\nContent-Length: 2\r\n" + Self.constantFields + "{}"
        )
    }

    @Test func keepsTheBodyFromAHeadRequest() {
        let answer = HTTPResponse(.ok, contentType: "text/plain", body: Array("body".utf8))
        #expect(
            text(answer.serialized(isHead: true))
                == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n" + Self.constantFields
        )
    }

    @Test func writesNoLengthWhereNoBodyCanBe() {
        #expect(text(HTTPResponse(.noContent).serialized()) == "HTTP/1.1 204 No Content\r\n" + Self.constantFields)
        #expect(text(HTTPResponse(.notFound).serialized()).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test(arguments: HTTPStatus.allCases)
    func writesHeadsOurOwnParserTakes(_ status: HTTPStatus) throws {
        let answer = HTTPResponse(status, contentType: "text/plain", body: Array("body".utf8)).serialized()
        var parser = ResponseHeadParser()
        let head = try #require(try parser.parse(answer.span))
        #expect(head.status == status.code)
        let body = answer[head.byteCount...]
        #expect(head.contentLength.map { $0 == body.count } ?? body.isEmpty)
    }

    @Test func writesARequestToChrome() {
        #expect(
            text(OutgoingRequest.bytes("PUT", target: "/json/new?about:blank".utf8))
                == "PUT /json/new?about:blank HTTP/1.1\r\nHost: 127.0.0.1:9222\r\nConnection: close\r\n\r\n"
        )
    }
}
