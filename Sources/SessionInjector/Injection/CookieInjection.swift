import ProxyCore

/// Sets cookies with one call, reads them back and counts them.
struct CookieInjection: ~Copyable {
    private let cookies: [CookieParameter]
    private let client: CDPClient
    private var command: CDPClient.PendingCommand?
    /// How many more calls may look for the cookies that Chrome refuses.
    private var callsLeft = CookieInjection.mostCalls

    /// Enough calls to find a few bad cookies among thousands. A state full of bad ones costs no more calls than this.
    static let mostCalls = 256

    /// Sends nothing yet.
    init(_ cookies: [CookieParameter], over client: CDPClient) {
        self.cookies = cookies
        self.client = client
    }

    /// Sends all cookies and does not wait.
    mutating func begin() async throws(CDPError) {
        guard !cookies.isEmpty else { return }
        command = try await client.send("Storage.setCookies", Self.parameters(cookies[...]))
    }

    /// Waits for Chrome's answer and returns how many of the cookies Chrome holds with the value that was sent.
    mutating func finish() async throws(CDPError) -> Int {
        guard let command else { return 0 }
        do {
            _ = try await client.answer(to: command)
        } catch .refused(_, Self.badParameters) {
            try await setHalves(of: cookies[...])
        }
        let jar = try await client.call("Storage.getCookies")
        return CookieJar(jar).count(cookies)
    }

    /// Sets the halves of a refused list one by one. One bad cookie makes Chrome refuse all cookies of its call, and
    /// halving finds it in a few calls. After `mostCalls`, the cookies that remain count as refused.
    private mutating func setHalves(of refused: ArraySlice<CookieParameter>) async throws(CDPError) {
        guard refused.count > 1 else { return }
        let middle = refused.startIndex + refused.count / 2
        for half in [refused[..<middle], refused[middle...]] {
            guard callsLeft > 0 else { return }
            callsLeft -= 1
            do throws(CDPError) {
                _ = try await client.call("Storage.setCookies", Self.parameters(half))
            } catch .refused(_, Self.badParameters) {
                try await setHalves(of: half)
            }
        }
    }

    private static func parameters(_ cookies: ArraySlice<CookieParameter>) -> JSONValue {
        ["cookies": .array(cookies.map(\.parameter))]
    }

    /// JSON-RPC's "invalid params": Chrome's answer to a cookie that it refuses.
    private static var badParameters: Int { -32602 }
}
