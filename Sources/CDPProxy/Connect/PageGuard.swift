import ProxyCore

/// Why a request to the local listener is taken for a web page's.
enum PageRefusal: String, Error, CaseIterable {
    /// `Host` names something else than the listener: a page's own name that was pointed at this machine (DNS rebinding).
    case foreignHost = "foreign_host"
    /// It has an `Origin`, which browsers send and the tools do not.
    case origin
    /// `Sec-Fetch-Site` says that a page is behind it.
    case crossSite = "cross_site"

    /// What the log and the answer say.
    var sentence: String {
        switch self {
        case .foreignHost: "its Host is not this listener's"
        case .origin: "it has an Origin, as web pages send it"
        case .crossSite: "its Sec-Fetch-Site says that a web page is behind it"
        }
    }
}

/// Tells requests of tools from those of web pages: a page in a browser on this machine reaches the listener as well, and the
/// credential is not for it.
struct PageGuard: Sendable {
    /// The listener's port.
    let port: UInt16

    /// Refuses what a page may have sent; else gives the authority that the tool reached the listener by.
    func check(_ head: RequestHead) throws(PageRefusal) -> Authority {
        guard let listener = head.authority.flatMap(own) else { throw .foreignHost }
        guard !head.fields.contains(.origin) else { throw .origin }
        let sites = head.fields.values(of: .secFetchSite)
        guard sites.allSatisfy({ $0.elementsEqual("none".utf8) }) else { throw .crossSite }
        return listener
    }

    /// An authority with the listener's port, if its host is a loopback address or `localhost`; nil with another port.
    /// ChromeDriver leaves the port out.
    private func own(_ authority: Authority) -> Authority? {
        guard authority.port ?? port == port else { return nil }
        let host = authority.bareHost
        guard host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true else { return nil }
        return Authority("\(authority.host):\(port)")
    }
}
