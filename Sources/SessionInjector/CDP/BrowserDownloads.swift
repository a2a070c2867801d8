import ProxyCore

/// The downloads that are under way in a browser.
public enum BrowserDownloads {
    /// Cancels downloads by their ids, the `guid` of `Browser.downloadWillBegin`, in whichever browser context each is. One
    /// that is over by now is no error.
    public static func cancel(_ ids: [String], over client: CDPClient) async throws(CDPError) {
        let found = try await client.call("Target.getBrowserContexts")
        let contexts = (found["browserContextIds"]?.arrayValue ?? []).compactMap(\.stringValue)
        var pending: [CDPClient.PendingCommand] = []
        for id in ids {
            // Without a context it is looked for in the default one.
            pending.append(try await client.send("Browser.cancelDownload", ["guid": JSONValue(id)]))
            for context in contexts {
                let parameters: JSONValue = ["guid": JSONValue(id), "browserContextId": JSONValue(context)]
                pending.append(try await client.send("Browser.cancelDownload", parameters))
            }
        }
        for command in pending {
            do throws(CDPError) { _ = try await client.answer(to: command) } catch .refused { continue }
        }
    }
}
