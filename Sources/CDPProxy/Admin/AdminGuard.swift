import ProxyCore
import Settings

/// Decides which requests the admin listener answers.
///
/// A page inside the browser reaches loopback too. What it sends carries `Origin` or `Sec-Fetch-Site`, which a page cannot
/// leave off; and a name that an attacker points at 127.0.0.1 shows in `Host`. Both are refused before anything else.
struct AdminGuard: Sendable {
    private let hosts: Set<String>
    private let token: SecretBytes?
    private let isUnixSocket: Bool

    /// A guard that admits requests to loopback, and to these hosts besides, and asks for this token; without one, what
    /// needs it is refused.
    init(hosts: [String], token: SecretBytes?, isUnixSocket: Bool) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.token = token
        self.isUnixSocket = isUnixSocket
    }

    /// Checks a request for a route.
    func check(_ head: RequestHead, _ route: AdminRoute) throws(AdminRefusal) {
        let site = head.fields.values(of: .secFetchSite)
        guard !head.fields.contains(.origin), site.allSatisfy({ $0.elementsEqual("none".utf8) }), isOurs(head) else {
            throw .foreign
        }
        guard route.isOpen || hasToken(head) else { throw .unauthorized }
    }

    /// Only this machine's own processes reach a Unix socket, whatever `Host` they send.
    private func isOurs(_ head: RequestHead) -> Bool {
        guard !isUnixSocket, let host = head.authority?.host.lowercased() else { return true }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if bare == "localhost" || Self.isLoopback(bare) { return true }
        return hosts.contains(host) || hosts.contains(bare)
    }

    /// Whether `text` is a loopback address as browsers know one. An IPv4 address written as IPv6 (`::ffff:7f00:1`) is none
    /// to Chrome, which then leaves `Sec-Fetch-Site` off an image's or a script's request: nothing would tell it from ours.
    private static func isLoopback(_ text: String) -> Bool {
        guard let address = IPAddress(text), address.isLoopback else { return false }
        return address.description.contains(":") == text.contains(":")
    }

    /// The API key that a request shows, as a Bearer or in a field of its own.
    func apiKey(of head: RequestHead) -> ArraySlice<UInt8>? {
        switch try? Credential.find(fields: head.fields, query: QueryParameters(nil)) {
        case .bearer(let key), .apiKey(let key): key
        case .signingKey, .ticket, nil: nil
        }
    }

    private func hasToken(_ head: RequestHead) -> Bool {
        // A repeated field is no credential.
        guard let token, head.fields.count(of: .authorization) == 1,
            case .bearer(let given)? = try? Credential.find(fields: head.fields, query: QueryParameters(nil))
        else {
            return false
        }
        return token.equals(SecretBytes(given))
    }
}

extension AdminGuard {
    /// The guard of the listener in these settings.
    init(_ settings: ListenSettings, token: SecretBytes?) {
        switch settings.adminListen {
        case .unix: self.init(hosts: settings.adminHosts, token: token, isUnixSocket: true)
        case .tcp(let host, _): self.init(hosts: settings.adminHosts + [host], token: token, isUnixSocket: false)
        }
    }
}
