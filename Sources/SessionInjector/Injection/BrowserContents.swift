import ProxyCore

/// What a Chrome process that nothing is known of looks like, and how it is made to look new. Works through a connection to
/// the browser endpoint that is used for nothing else.
public struct BrowserLooks: Sendable, Equatable {
    /// How many cookies there are.
    public let cookies: Int
    /// How many pages there are beside the first one, if that is blank. What Chromium opens by itself is none.
    public let pages: Int
    /// How many contexts somebody made and left behind: each has cookies and storage of its own.
    public let contexts: Int

    /// Whether nobody seems to have used it.
    public var areFresh: Bool { cookies == 0 && pages == 0 && contexts == 0 }

    /// Looks at a browser. An answer that is longer than the stream takes ends it, as an error.
    public static func look(over client: CDPClient) async throws(CDPError) -> BrowserLooks {
        let jar = try await client.send("Storage.getCookies")
        let contexts = try await client.send("Target.getBrowserContexts")
        let targets = try await client.call("Target.getTargets")
        let pages = Self.pages(in: targets)
        let cookies = try await client.answer(to: jar)["cookies"]?.arrayValue ?? []
        let made = try await client.answer(to: contexts)["browserContextIds"]?.arrayValue ?? []
        let firstIsBlank = pages.contains { isBlank($0["url"]?.stringValue ?? "") }
        return BrowserLooks(
            cookies: cookies.count,
            pages: pages.count - (firstIsBlank ? 1 : 0),
            contexts: made.count
        )
    }

    private static func pages(in targets: JSONValue) -> [JSONValue] {
        (targets["targetInfos"]?.arrayValue ?? []).filter {
            $0["type"]?.stringValue == "page" && !isInterface($0["url"]?.stringValue ?? "")
        }
    }

    /// Whether a target of this URL is a part of Chromium's own interface, `chrome://NAME.top-chrome/`. Where a policy blocks
    /// `chrome://*`, Chromium calls these pages.
    public static func isInterface(_ url: String) -> Bool {
        guard url.utf8.starts(with: "chrome://".utf8) else { return false }
        let host = url.utf8.dropFirst(9).prefix(64).prefix { $0 != UInt8(ascii: "/") }
        return host.suffix(11).elementsEqual(".top-chrome".utf8)
    }

    /// Whether a page of this URL is what a browser starts with: nothing, or the page for new tabs.
    private static func isBlank(_ url: String) -> Bool {
        ["", "about:blank", "chrome://newtab/", "chrome://new-tab-page/", "chrome://new-tab-page-third-party/"]
            .contains(url)
    }

    /// Closes every page and context, and removes cookies, caches and the storage of all origins.
    ///
    /// The browser keeps one blank page: one with a window ends with its last.
    public static func clear(over client: CDPClient) async throws(CDPError) {
        let old = Self.pages(in: try await client.call("Target.getTargets"))
        let blank = try await client.call("Target.createTarget", ["url": "about:blank"])
        guard let page = blank["targetId"] else { throw .unexpectedAnswer(method: "Target.createTarget") }
        let contexts = try await client.call("Target.getBrowserContexts")["browserContextIds"]?.arrayValue ?? []
        for context in contexts {
            _ = try await client.call("Target.disposeBrowserContext", ["browserContextId": context])
        }
        for target in old {
            guard let id = target["targetId"] else { continue }
            // It may have gone with its context.
            do { _ = try await client.call("Target.closeTarget", ["targetId": id]) } catch .refused {}
        }
        // Only a page's session reaches the storage; the origin `*` stands for all of them (Chromium 156).
        let attached = try await client.call("Target.attachToTarget", ["targetId": page, "flatten": true])
        guard let session = attached["sessionId"]?.stringValue else {
            throw .unexpectedAnswer(method: "Target.attachToTarget")
        }
        let everything: JSONValue = ["origin": "*", "storageTypes": "all"]
        _ = try await client.call("Storage.clearDataForOrigin", everything, session: session)
        _ = try await client.call("Network.clearBrowserCache", session: session)
        _ = try await client.call("Storage.clearCookies")
        _ = try await client.call("Target.detachFromTarget", ["sessionId": JSONValue(session)])
    }
}
