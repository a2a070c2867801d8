import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct AdminGuardTests {
    private static func refusal(
        _ line: String,
        _ fields: String,
        hosts: [String] = [],
        token: String? = "operators",
        isUnixSocket: Bool = false
    ) throws -> AdminRefusal? {
        let head = try makeHead("\(line) HTTP/1.1", fields: fields)
        let guardian = AdminGuard(hosts: hosts, token: token.map { SecretBytes(utf8: $0) }, isUnixSocket: isUnixSocket)
        do throws(AdminRefusal) {
            try guardian.check(head, AdminRoute(head))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("Host: localhost\r\nAuthorization: Bearer operators\r\n", nil),
            ("Host: localhost\r\nAuthorization: bearer operators\r\n", nil),
            ("Host: localhost\r\nAuthorization: Bearer operator\r\n", .unauthorized),
            ("Host: localhost\r\nAuthorization: Bearer operatorsx\r\n", .unauthorized),
            ("Host: localhost\r\nAuthorization: Basic operators\r\n", .unauthorized),
            ("Host: localhost\r\nX-API-Key: operators\r\n", .unauthorized),
            (
                "Host: localhost\r\nAuthorization: Bearer operators\r\nAuthorization: Bearer operators\r\n",
                .unauthorized
            ),
            ("Host: localhost\r\n", .unauthorized),
            // A page's request is refused as a page's, whatever credential it carries.
            ("Host: localhost\r\nOrigin: http://localhost\r\nAuthorization: Bearer operators\r\n", .foreign),
            ("Host: evil.example\r\n", .foreign),
        ] as [(String, AdminRefusal?)]
    )
    func asksForTheToken(_ fields: String, _ refusal: AdminRefusal?) throws {
        #expect(try Self.refusal("GET /connections", fields) == refusal)
    }

    @Test func noTokenIsNoSecret() throws {
        let fields = "Host: localhost\r\nAuthorization: Bearer \r\n"
        #expect(try Self.refusal("GET /connections", fields, token: nil) == .unauthorized)
        #expect(try Self.refusal("GET /connections?signingKey=operators", "Host: localhost\r\n") == .unauthorized)
    }

    @Test func aUnixSocketTakesAnyHostAndNoPage() throws {
        #expect(try Self.refusal("GET /health", "Host: any.example\r\n", isUnixSocket: true) == nil)
        #expect(try Self.refusal("GET /health", "Host: a\r\nOrigin: null\r\n", isUnixSocket: true) == .foreign)
        #expect(try Self.refusal("POST /drain", "Host: a\r\n", isUnixSocket: true) == .unauthorized)
    }

    @Test(arguments: [
        ("GET /health", AdminRoute.health), ("HEAD /ready", .ready), ("GET /metrics?name=x", .metrics),
        ("GET /connections", .connections), ("POST /drain", .drain), ("GET /drain", .methodNotAllowed(allow: "POST")),
        ("POST /health", .methodNotAllowed(allow: "GET, HEAD")), ("GET /health/", .unknown), ("GET /Health", .unknown),
    ])
    func routes(_ line: String, _ route: AdminRoute) throws {
        #expect(AdminRoute(try makeHead("\(line) HTTP/1.1")) == route)
    }
}
