import ProxyCore
import Settings

/// What the commands of clients with roles are held to.
struct PolicySettings: Sendable {
    /// Whether what a role does not allow is refused; otherwise it is let through and recorded.
    let isEnforced: Bool
    /// What becomes of `Browser.close`; nil for what is usual, which depends on whether the client has roles.
    let browserClose: BrowserClosePolicy?
    /// The ports of this machine that no page may be sent to: the proxy's and Chrome's.
    private let closedPorts: [UInt16]
    /// The folders that such clients share with Chrome.
    let folders: SharedFolders

    /// Reads the settings.
    init(_ environment: Environment, _ listeners: ListenSettings) throws(ConfigurationError) {
        isEnforced = try environment.value(Self.policyVariable)
        browserClose = try environment.optional(Self.browserCloseVariable)
        folders = try SharedFolders(environment)
        closedPorts = [listeners.listen, listeners.adminListen, listeners.chrome].compactMap(\.port)
    }

    /// The addresses that a client with roles may send pages to.
    var addresses: PageAddress { PageAddress(closedPorts: closedPorts) }

    /// Whether a client with these permissions is shown websites alone, and not the browser's own pages.
    func showsWebsitesAlone(to permissions: PermissionSet?) -> Bool {
        isEnforced && permissions.map { !$0.allows(.everything) } ?? false
    }

    /// What a client with these permissions is held to, whose downloads go to this folder; nil when its commands need not be
    /// read.
    func policy(for permissions: PermissionSet?, downloadFolder: String? = nil) -> CommandPolicy? {
        // Nearly every client: nothing is made for it.
        if permissions == nil, browserClose ?? .forward == .forward { return nil }
        let policy = CommandPolicy(
            permissions: permissions,
            isEnforced: isEnforced,
            browserClose: browserClose ?? (permissions == nil ? .forward : .disconnect),
            addresses: addresses,
            downloadFolder: downloadFolder,
            uploadFolder: folders.uploads
        )
        return policy.isVacuous ? nil : policy
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [policyVariable.description, browserCloseVariable.description]

    private static let policyVariable = Variable<Bool>(
        "CDP_PROXY_POLICY",
        in: .policy,
        standard: "enforce",
        expected: "enforce or observe",
        help: "Whether CDP methods that a role does not allow are refused, or let through and recorded.",
        parse: { text in
            switch text {
            case "enforce": true
            case "observe": false
            default: nil
            }
        }
    )
    private static let browserCloseVariable = Variable(
        "CDP_PROXY_BROWSER_CLOSE",
        in: .policy,
        expected: "forward, disconnect or deny",
        help: "What becomes of Browser.close; by default forward, for a client with roles disconnect.",
        parse: { BrowserClosePolicy(rawValue: $0) }
    )
}

extension ListenAddress {
    /// The port; nil for a Unix socket.
    fileprivate var port: UInt16? { if case .tcp(_, let port) = self { port } else { nil } }
}
