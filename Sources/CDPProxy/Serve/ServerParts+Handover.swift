import ProxyCore
import SessionInjector

extension ServerParts {
    // MARK: To another process

    /// Whether no decision over a credential or a browser is open: files that are being sent are decided over, however slowly their
    /// readers take them. `withHalfOpen` counts clients too whose request has not come whole.
    func isSettled(withHalfOpen: Bool) -> Bool {
        shutdown.decisions == browser.downloads.sendingCount && browser.door.isSettled
            && (!withHalfOpen || arrivals.halfOpenCount == 0)
    }

    /// Lets no decision begin.
    func close() {
        shutdown.isClosed = true
        browser.door.isClosed = true
    }

    /// Lets decisions begin again.
    func open() {
        shutdown.isClosed = false
        browser.door.isClosed = false
    }

    /// What another process needs to know to go on in this one's place.
    func handover(now: Timestamp) -> [JSONValue] {
        doorkeeper.handover(now: now)
            + browser.door.standings.map { ["browser": $0.json] }
            + browser.downloads.heldFolders.map { ["folder": JSONValue($0)] }
    }

    // MARK: From another process

    /// Takes up a line of ``handover(now:)``; false when it cannot be read.
    func takeOver(_ line: JSONValue, now: Timestamp) -> Bool {
        if let json = line["browser"] {
            guard let standing = BrowserStanding(json: json) else { return false }
            browser.door.takeOver(standing)
            return true
        }
        if let folder = line["folder"] {
            guard let name = folder.stringValue else { return false }
            browser.downloads.holdForPredecessor(name)
            return true
        }
        return doorkeeper.takeOver(line, now: now)
    }

    /// The process whose place this one took has gone.
    func predecessorLeft() {
        browser.door.predecessorLeft()
        browser.downloads.predecessorLeft()
    }
}
