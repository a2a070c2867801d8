import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// What operators are answered, through a listener of the server's.
@Suite struct AdminAnswersTests {
    @Test(arguments: [
        ("GET /health", 200, 200), ("GET /ready", 200, 200), ("GET /metrics", 200, 200),
        ("HEAD /health", 200, 200), ("GET /metrics?x=y", 200, 200), ("GET /connections", 401, 200),
        ("POST /drain", 401, 202), ("GET /drain", 401, 405), ("POST /metrics", 401, 405), ("GET /", 401, 404),
        ("GET /json/version", 401, 404), ("POST /revoke", 401, 400), ("GET /revoke", 401, 405),
    ])
    func whatChangesOrTellsAsksForTheToken(_ line: String, _ without: Int, _ with: Int) async throws {
        try await withProxy { proxy in
            let refused = try await proxy.askAdmin(line)
            #expect(refused.status == without)
            #expect((refused["WWW-Authenticate"] != nil) == (without == 401))
            let other = try await proxy.askAdmin(line, ["Authorization: Bearer another-token"])
            #expect(other.status == without)
            let answer = try await proxy.askAsOperator(line)
            #expect(answer.status == with)
            #expect((answer["Allow"] != nil) == (with == 405))
            if line.hasPrefix("HEAD ") { #expect(answer.body.isEmpty) }
        }
    }

    @Test(arguments: [
        ["Origin: http://127.0.0.1:9224"], ["Origin: null"], ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"],
    ])
    func whatAPageSendsIsRefused(_ fields: [String]) async throws {
        try await withProxy { proxy in
            for line in ["GET /health", "GET /metrics", "POST /drain", "GET /nothing"] {
                let answer = try await proxy.askAsOperator(line, fields)
                #expect(answer.status == 403)
            }
            #expect(try await proxy.askAdmin("GET /health", ["Sec-Fetch-Site: none"]).status == 200)
            #expect(proxy.log.lines("admin_refused").count == 4)
            #expect(proxy.log.lines("draining").isEmpty)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:9224", 200), ("127.8.8.8", 200), ("localhost:1", 200), ("LOCALHOST", 200), ("[::1]:9224", 200),
        ("[0:0:0:0:0:0:0:1]", 200), ("[::ffff:127.0.0.1]:9224", 403), ("[::ffff:7f00:1]:9224", 403),
        ("0.0.0.0:9224", 403),
        ("evil.example", 403), ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403),
        ("10.0.0.1:9224", 403), ("ops.example", 200), ("OPS.example:9224", 200), ("x.ops.example", 403),
    ])
    func theHostMustBeOurs(_ host: String, _ status: Int) async throws {
        try await withProxy(["CDP_PROXY_ADMIN_HOSTS": "ops.example"]) { (proxy: ProxyHarness) async throws in
            #expect(try await proxy.askAdmin("GET /health", host: host).status == status)
        }
    }

    @Test func withoutATokenNobodyIsAnOperator() async throws {
        try await withProxy(["FLYBROWSER_ADMIN_TOKEN": ""]) { (proxy: ProxyHarness) async throws in
            for field in [[], ["Authorization: Bearer "], ["Authorization: Bearer x"]] {
                #expect(try await proxy.askAdmin("GET /connections", field).status == 401)
            }
            #expect(try await proxy.askAdmin("GET /metrics").status == 200)
        }
    }

    @Test func aUnixSocketServesOperators() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("admin.sock")
        try await withProxy(["CDP_PROXY_ADMIN_LISTEN": "unix:\(path)"]) { proxy in
            let address = try #require(SocketAddress(unixPath: path))
            let client = try await proxy.client(to: address)
            try await client.send(WireClient.head("GET /health", host: "whatever"))
            #expect(try await client.answer().status == 200)
            let page = try await proxy.client(to: address)
            try await page.send(WireClient.head("GET /health", ["Origin: http://a.example"]))
            #expect(try await page.answer().status == 403)
        }
        // A socket that an earlier run left is taken over.
        try await withProxy(["CDP_PROXY_ADMIN_LISTEN": "unix:\(path)"]) { proxy in
            let address = try #require(SocketAddress(unixPath: path))
            let client = try await proxy.client(to: address)
            try await client.send(WireClient.head("GET /ready"))
            #expect(try await client.answer().status == 200)
        }
    }

    // MARK: Bodies

    @Test(arguments: loopCounts) func connectionsAreListedWithWhatWentThrough(loops: String) async throws {
        try await withProxy(["CDP_PROXY_LOOPS": loops]) { proxy in
            #expect(try await proxy.askAsOperator("GET /connections").text == "[]")
            let question = WireFrame.text("{}", key: WireFrame.key)
            let token = Tokens.make { $0.userID = "user-1" }
            let (client, chrome) = try await proxy.open(token: token)
            proxy.clock.now += 1
            _ = try await proxy.open()
            try await client.send(question)
            _ = try await chrome.received(question.count)

            let answer = try await proxy.askAsOperator("GET /connections")
            let listed = try #require(try JSONValue.parse(answer.body).arrayValue)
            #expect(listed.count == 2)
            let requestID = try #require(proxy.log.lines("connected").first?["requestId"])
            let first: JSONValue = [
                "requestId": JSONValue(requestID), "sessionId": "sess_1", "projectId": "proj_1", "userId": "user-1",
                "roles": [], "peer": "127.0.0.1", "since": "2027-01-15T08:00:00.000Z",
                "bytesToChrome": JSONValue(question.count), "bytesToClient": 0, "framesToChrome": 1,
                "framesToClient": 0,
            ]
            #expect(listed[0] == first)
            #expect(listed[1]["userId"] == .null)
            #expect(!answer.text.contains(token))
        }
    }

    @Test func readinessSaysWhatIsMissing() async throws {
        try await withProxy { proxy in
            let ready = try await proxy.askAdmin("GET /ready")
            #expect(
                ready.text == #"{"status":"ready","accepting":true,"chrome":true,"signingKey":true,"session":true}"#
            )
            await proxy.server.drain()
            let draining = try await proxy.askAdmin("GET /ready")
            #expect(draining.status == 503)
            #expect(draining.member("status") == "not_ready")
            #expect(draining.member("accepting") == false)
        }
        try await withProxy { proxy in
            await proxy.chrome.crash()
            let absent = try await proxy.askAdmin("GET /ready")
            #expect(absent.status == 503)
            #expect(absent.member("chrome") == false)
            #expect(absent.member("accepting") == true)
        }
    }

    @Test func withoutASigningKeyNobodyIsSentHere() async throws {
        let environment = [
            "WALLCRAWLER_JWT_SIGNING_KEY": "", "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": "a-secret",
            "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1",
        ]
        try await withProxy(environment) { proxy in
            let ready = try await proxy.askAdmin("GET /ready")
            #expect(ready.status == 503)
            #expect(ready.member("signingKey") == false)
            #expect(ready.member("chrome") == true)
            #expect(proxy.log.lines("secret_fetch_failed").count >= 1)
        }
    }

    @Test func everyPromisedMetricIsThere() async throws {
        try await withProxy { proxy in
            let answer = try await proxy.askAdmin("GET /metrics")
            #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            let promised: [(name: String, type: String)] = [
                ("cdp_proxy_tokens_accepted_total", "counter"), ("cdp_proxy_tokens_rejected_total", "counter"),
                ("cdp_proxy_connections_total", "counter"), ("cdp_proxy_connections_active", "gauge"),
                ("cdp_proxy_relay_bytes_total", "counter"), ("cdp_proxy_relay_frames_total", "counter"),
                ("cdp_proxy_injections_total", "counter"), ("cdp_proxy_injection_seconds", "histogram"),
                ("cdp_proxy_connect_seconds", "histogram"), ("cdp_proxy_secret_fetches_total", "counter"),
                ("cdp_proxy_secret_age_seconds", "gauge"),
                ("cdp_proxy_closes_total", "counter"), ("cdp_proxy_chrome_up", "gauge"),
                ("cdp_proxy_draining", "gauge"), ("cdp_proxy_build_info", "gauge"),
                ("process_cpu_seconds_total", "counter"), ("process_resident_memory_bytes", "gauge"),
                ("process_start_time_seconds", "gauge"), ("process_open_fds", "gauge"), ("process_max_fds", "gauge"),
            ]
            for (name, type) in promised { #expect(answer.text.contains("# TYPE \(name) \(type)\n"), "\(name)") }
            for rejection in CredentialRejection.allCases {
                let sample = "cdp_proxy_tokens_rejected_total{reason=\"\(rejection.rawValue)\"} 0\n"
                #expect(answer.text.contains(sample), "\(rejection)")
            }
            for direction in ["client_to_chrome", "chrome_to_client"] {
                #expect(answer.text.contains("cdp_proxy_relay_bytes_total{direction=\"\(direction)\"} 0\n"))
                #expect(answer.text.contains("cdp_proxy_relay_frames_total{direction=\"\(direction)\"} 0\n"))
            }
            #expect(answer.text.contains("cdp_proxy_chrome_up 1\n"))
        }
    }

    @Test func aBadHeadIsAnswered() async throws {
        try await withProxy(timeouts: HandshakeTimeouts(head: .milliseconds(500))) { proxy in
            let client = try await proxy.client(to: proxy.adminAddress)
            try await client.send("GET /health HTTP/1.1\n\n")
            #expect(try await client.answer().status == 400)
            let slow = try await proxy.client(to: proxy.adminAddress)
            try await slow.send("GET /hea")
            #expect(try await slow.answer().status == 408)
        }
    }
}
