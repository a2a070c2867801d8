import ProxyCore

/// Sets cookies with one call, reads them back and counts.
struct CookieInjection: ~Copyable {
    private let cookies: [CookieParameter]
    private let client: CDPClient
    private var ticket: CDPClient.Ticket?
    /// How many more calls may be made for the sake of cookies that Chrome refuses.
    private var callsLeft = CookieInjection.mostCalls

    /// A few bad cookies among thousands are found with these. A state made of bad ones costs no more.
    static let mostCalls = 256

    /// Nothing is sent yet.
    init(_ cookies: [CookieParameter], over client: CDPClient) {
        self.cookies = cookies
        self.client = client
    }

    /// Sends all cookies and does not wait.
    mutating func begin() async throws(CDPError) {
        guard !cookies.isEmpty else { return }
        ticket = try await client.send("Storage.setCookies", Self.parameters(cookies[...]))
    }

    /// Waits for Chrome's answer and returns how many of the cookies are in its jar as they were sent.
    mutating func finish() async throws(CDPError) -> Int {
        guard let ticket else { return 0 }
        do {
            _ = try await client.answer(to: ticket)
        } catch .refused(_, Self.badParameters) {
            try await setHalves(of: cookies[...])
        }
        let jar = try await client.call("Storage.getCookies")
        return CookieJar(jar).count(cookies)
    }

    /// Chrome refuses all cookies of a call for the sake of one. Halving finds that one in a few calls; when there have
    /// been too many of them, the rest counts as refused.
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

    /// JSON-RPC's "invalid params", which is what Chrome says of a cookie it does not take.
    private static var badParameters: Int { -32602 }
}
