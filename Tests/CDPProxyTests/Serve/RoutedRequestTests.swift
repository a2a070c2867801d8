import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct RoutedRequestTests {
    private static func route(_ line: String, isUpgrade: Bool = false) throws -> Route {
        RoutedRequest(try makeHead("\(line) HTTP/1.1", isUpgrade: isUpgrade)).route
    }

    @Test(arguments: [
        ("/", Route.socket(.root)),
        ("/?signingKey=a.b.c", .socket(.root)),
        ("/cdp", .socket(.root)),
        ("/cdp/", .socket(.root)),
        ("/cdp?ticket=x", .socket(.root)),
        ("/devtools/browser", .socket(.browser)),
        ("/devtools/browser/", .socket(.browser)),
        (
            "/devtools/browser/31e3218f-3973-47e4-b621-3e3dbb1b2149?signingKey=x",
            .socket(.browserWithID("31e3218f-3973-47e4-b621-3e3dbb1b2149"))
        ),
        ("/devtools/page/5E22234B5E0DF5C4DD53828232F89FFA", .socket(.page("5E22234B5E0DF5C4DD53828232F89FFA"))),
        ("/devtools/page", .unknown),
        ("/devtools/page/", .unknown),
        ("/devtools/page/a/", .unknown),
        ("/devtools/page/a/b", .unknown),
        ("/devtools/page/..", .unknown),
        ("/devtools/page/%41", .unknown),
        ("/devtools/page/a_b", .unknown),
        ("/devtools/worker/a", .unknown),
        ("/devtools/browser/a?x=/b", .socket(.browserWithID("a"))),
        ("//", .unknown),
        ("/CDP", .unknown),
        ("/json/version", .unknown),
        ("/health", .unknown),
        ("/downloads", .unknown),
        ("/?signingKey=a/json/version/", .socket(.root)),
        ("/devtools/page/" + String(repeating: "a", count: 65), .unknown),
    ])
    func routesHandshakes(_ target: String, _ route: Route) throws {
        #expect(try Self.route("GET \(target)", isUpgrade: true) == route)
    }

    @Test(arguments: [
        ("GET /json/version", JSONEndpoint.version),
        ("GET /json/version/", .version),
        ("GET /json/version?signingKey=x", .version),
        ("GET /json", .list),
        ("GET /json/", .list),
        ("GET /json/list", .list),
        ("GET /json/list/?ticket=x", .list),
        ("GET /json/protocol", .protocol),
        ("GET /json/protocol/", .protocol),
        ("PUT /json/new", .new(url: [])),
        ("PUT /json/new/", .new(url: [])),
        ("PUT /json/new?signingKey=x", .new(url: [])),
        ("PUT /json/new?about:blank", .new(url: Array("about:blank".utf8))),
        ("PUT /json/new?http%3A%2F%2Fa%2F%3Fb%26c&signingKey=x", .new(url: Array("http%3A%2F%2Fa%2F%3Fb%26c".utf8))),
        ("PUT /json/new/?ticket=x&http%3A%2F%2Fa", .new(url: Array("http%3A%2F%2Fa".utf8))),
        ("GET /json/activate/A-1", .activate(id: "A-1")),
        ("GET /json/activate/A-1/", .activate(id: "A-1")),
        ("GET /json/close/A-1?signingKey=x", .close(id: "A-1")),
        ("GET /?signingKey=a.b.c/json/version/", .version),
        ("GET /?signingKey=a.b.c/json/version", .version),
        ("GET /cdp?signingKey=a.b.c/json/version/", .version),
        ("GET /?/json/version/", .version),
        ("GET /?signingKey=a.b.c/json", .list),
        ("GET /?signingKey=a.b.c/json/", .list),
        ("GET /?signingKey=a.b.c/json/list", .list),
        ("GET /cdp/?ticket=t/json/list/", .list),
        ("GET /?apiKey=k/json/protocol", .protocol),
        ("get /json/version", .version),
        ("Get /?signingKey=a.b.c/json/version", .version),
        ("get /json/close/A-1", .close(id: "A-1")),
        ("put /json/new?about:blank", .new(url: Array("about:blank".utf8))),
        ("pUt /json/new?ticket=x&about:blank&apiKey=k", .new(url: Array("about:blank".utf8))),
    ])
    func routesChromesJSON(_ line: String, _ endpoint: JSONEndpoint) throws {
        #expect(try Self.route(line) == .json(endpoint))
    }

    @Test(arguments: [
        ("GET /health", Route.health),
        ("HEAD /health", .health),
        ("GET /health?x", .health),
        ("POST /ticket", .ticket),
        ("GET /downloads", .downloads),
        ("HEAD /downloads/", .downloads),
        (
            "GET /downloads/6de1b783-ac19-43da-8018-fd8c7fccbcdf?signingKey=x",
            .download(id: "6de1b783-ac19-43da-8018-fd8c7fccbcdf")
        ),
        ("HEAD /downloads/a", .download(id: "a")),
        ("GET /downloads/..", .unknown),
        ("GET /downloads/a/", .unknown),
        ("GET /downloads/%61", .unknown),
        ("POST /downloads", .methodNotAllowed(allow: "GET, HEAD")),
        ("PUT /downloads/a", .methodNotAllowed(allow: "GET, HEAD")),
        ("POST /ticket?x", .ticket),
        ("POST /health", .methodNotAllowed(allow: "GET, HEAD")),
        ("GET /ticket", .methodNotAllowed(allow: "POST")),
        ("BREW /ticket", .methodNotAllowed(allow: "POST")),
        ("POST /json/version", .methodNotAllowed(allow: "GET")),
        ("HEAD /json/list", .methodNotAllowed(allow: "GET")),
        ("GET /json/new?about:blank", .methodNotAllowed(allow: "PUT")),
        ("PUT /json/close/a", .methodNotAllowed(allow: "GET")),
        ("POST /?signingKey=x/json/version/", .methodNotAllowed(allow: "GET")),
        ("POST /?signingKey=x/json", .methodNotAllowed(allow: "GET")),
        ("post /json/version", .methodNotAllowed(allow: "GET")),
        ("get /json/new?about:blank", .methodNotAllowed(allow: "PUT")),
        ("G\u{65}TT /json", .methodNotAllowed(allow: "GET")),
        // Elsewhere methods are case-sensitive.
        ("get /health", .methodNotAllowed(allow: "GET, HEAD")),
        ("post /ticket", .methodNotAllowed(allow: "POST")),
        ("GET /?signingKey=x/json/new", .unknown),
        ("GET /?signingKey=x/json/version//", .unknown),
        ("GET /?signingKey=x/JSON", .unknown),
        ("GET /?signingKey=xjson", .unknown),
        ("GET /", .unknown),
        ("GET /?signingKey=x", .unknown),
        ("GET /cdp", .unknown),
        ("GET /devtools/browser/a", .unknown),
        ("GET /devtools/inspector.html", .unknown),
        ("GET /json//", .unknown),
        ("GET //json", .unknown),
        ("GET /json/version//", .unknown),
        ("GET /json/versions", .unknown),
        ("GET /JSON", .unknown),
        ("GET /json/activate", .unknown),
        ("GET /json/activate/", .unknown),
        ("GET /json/close/a/b", .unknown),
        ("GET /json/close/..", .unknown),
        ("GET /json/%6Cist", .unknown),
        ("GET /json/close/a%20b", .unknown),
        ("GET /x?signingKey=a/json/version/", .unknown),
        ("GET /metrics", .unknown),
        ("GET /health/", .unknown),
        ("GET /favicon.ico", .unknown),
    ])
    func routesTheRest(_ line: String, _ route: Route) throws {
        #expect(try Self.route(line) == route)
    }

    @Test func cutsPlaywrightsPathFromTheCredential() throws {
        let request = RoutedRequest(try makeHead("GET /?x=1&signingKey=a.b.c/json/version/ HTTP/1.1"))
        #expect(request.query.first(of: "signingKey").map(text) == "a.b.c")
        #expect(request.query.first(of: "x").map(text) == "1")
    }

    @Test(arguments: ["/json", "/json/", "/json/list", "/json/list/", "/json/version"])
    func cutsEachTailFromTheCredential(tail: String) throws {
        let request = RoutedRequest(try makeHead("GET /?signingKey=a.b.c\(tail) HTTP/1.1"))
        #expect(request.query.first(of: "signingKey").map(text) == "a.b.c")
    }

    @Test(arguments: [
        ("GET /json/version", true), ("GET /json", true), ("PUT /json/new?x", true), ("GET /json/close/a", true),
        ("POST /json/version", true), ("GET /?signingKey=a/json/list", true), ("GET /json/nothing", true),
        ("POST /ticket", false), ("GET /health", false), ("GET /", false), ("GET /jsonx", false), ("GET //json", false),
        ("GET /x?/json", false),
    ])
    func aBodyIsDroppedOnChromesJSONAlone(_ line: String, _ isDropped: Bool) throws {
        #expect(RoutedRequest.dropsBody(try makeHead("\(line) HTTP/1.1")) == isDropped)
        #expect(!RoutedRequest.dropsBody(try makeHead("\(line) HTTP/1.1", isUpgrade: true)))
    }

    @Test func leavesAHandshakesQueryAsItIs() throws {
        let request = RoutedRequest(try makeHead("GET /?signingKey=a.b.c/json/version/ HTTP/1.1", isUpgrade: true))
        #expect(request.query.first(of: "signingKey").map(text) == "a.b.c/json/version/")
    }

    @Test func aBadHandshakeIsAHandshakeStill() throws {
        let head = try makeHead("POST / HTTP/1.1", fields: "Host: a\r\nUpgrade: websocket\r\n")
        #expect(RoutedRequest(head).route == .socket(.root))
    }

    @Test(arguments: [
        (JSONEndpoint.version, "GET", "/json/version"),
        (.list, "GET", "/json/list"),
        (.protocol, "GET", "/json/protocol"),
        (.new(url: []), "PUT", "/json/new"),
        (.new(url: Array("http%3A%2F%2Fa".utf8)), "PUT", "/json/new?http%3A%2F%2Fa"),
        (.activate(id: "a"), "GET", "/json/activate/a"),
        (.close(id: "a"), "GET", "/json/close/a"),
    ])
    func asksChromeWithoutSlashOrCredential(_ endpoint: JSONEndpoint, _ method: String, _ target: String) {
        #expect(endpoint.method.description == method)
        #expect(text(endpoint.chromeTarget) == target)
    }
}
