import ProxyCore

extension Grant {
    /// Refuses a request whose caller lacks the permission that its route needs, or that opens a page which no role may open.
    /// A caller without roles lacks none.
    func check(_ route: Route, _ addresses: PageAddress) throws(RequestRefusal) {
        guard let permissions, let needed = route.permissions else { return }
        guard !permissions.isDisjoint(with: needed) else { throw .permission(needed) }
        if case .json(.new(let url)) = route, !permissions.allows(.everything), !addresses.areOpen(inQuery: url) {
            throw .permission(PermissionSet([.everything]))
        }
    }
}

extension PageAddress {
    /// Whether the address in the query of `/json/new` may be opened: all of it, and what Chrome takes of it, which ends at an
    /// `&`. An empty one is a blank page.
    fileprivate func areOpen(inQuery query: [UInt8]) -> Bool {
        guard !query.isEmpty else { return true }
        return [query[...], query.prefix { $0 != UInt8(ascii: "&") }].allSatisfy { part in
            QueryParameters.percentDecoded(part).map { isOpen(String(decoding: $0, as: UTF8.self)) } ?? false
        }
    }
}

extension Route {
    /// The permissions of which a caller with roles needs one; nil when it needs none.
    fileprivate var permissions: PermissionSet? {
        switch self {
        case .socket, .downloads, .download: .driving
        case .json(let endpoint): endpoint.permissions
        case .ticket, .health, .methodNotAllowed, .unknown: nil
        }
    }
}

extension JSONEndpoint {
    /// The permissions of which a caller with roles needs one.
    fileprivate var permissions: PermissionSet {
        switch self {
        case .version, .list, .protocol: PermissionSet([.sessionsGet, .sessionsList])
        case .new, .activate: PermissionSet([.sessionsCreate])
        case .close: PermissionSet([.sessionsDelete])
        }
    }
}
