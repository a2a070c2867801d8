import ProxyCore

/// What an unknown Chrome process contains, and how to empty it. Both use a connection to the browser endpoint that
/// serves no other purpose.
public struct BrowserContents: Sendable, Equatable {
    /// How many cookies it has.
    public let cookies: Int
    /// How many pages it has, not counting the first blank one and not counting Chromium's own interface.
    public let pages: Int
    /// How many browser contexts a client made and left behind: each has cookies and storage of its own.
    public let contexts: Int

    /// Whether it looks like a Chrome that no client has used.
    public var isFresh: Bool { cookies == 0 && pages == 0 && contexts == 0 }

    /// Counts what a browser contains. An answer longer than the stream accepts ends the stream with an error.
    public static func read(over client: CDPClient) async throws(CDPError) -> BrowserContents {
        let jar = try await client.send("Storage.getCookies")
        let contexts = try await client.send("Target.getBrowserContexts")
        let targets = try await client.call("Target.getTargets")
        let pages = Self.pages(in: targets)
        let cookies = try await client.answer(to: jar)["cookies"]?.arrayValue ?? []
        let made = try await client.answer(to: contexts)["browserContextIds"]?.arrayValue ?? []
        let firstIsBlank = pages.contains { isBlank($0["url"]?.stringValue ?? "") }
        return BrowserContents(
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

    /// Whether this URL belongs to Chromium's own interface, `chrome://NAME.top-chrome/`. Where a policy blocks
    /// `chrome://*`, Chromium lists such targets as pages.
    public static func isInterface(_ url: String) -> Bool {
        guard url.utf8.starts(with: "chrome://".utf8) else { return false }
        let host = url.utf8.dropFirst(9).prefix(64).prefix { $0 != UInt8(ascii: "/") }
        return host.suffix(11).elementsEqual(".top-chrome".utf8)
    }

    /// Whether this is the URL of a browser's first page: empty, blank, or the new-tab page.
    private static func isBlank(_ url: String) -> Bool {
        ["", "about:blank", "chrome://newtab/", "chrome://new-tab-page/", "chrome://new-tab-page-third-party/"]
            .contains(url)
    }

    /// Closes every page and context, and removes cookies, caches and the storage of all origins.
    ///
    /// One blank page stays open, because a browser with a window exits with its last page.
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
            // The page may have closed together with its context.
            do { _ = try await client.call("Target.closeTarget", ["targetId": id]) } catch .refused {}
        }
        // Only the session of a page can clear storage. The origin `*` means every origin (Chromium 156).
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
