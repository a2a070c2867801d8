import ProxyCore

/// The places of the clients that are joined to Chrome: which client holds one, and whether one more may be taken. A place is held
/// from before the 101 to the end of the relay, unless its holder is evicted: then another may take it at once.
///
/// It does no I/O. The caller that evicts a holder closes its connection.
struct ConnectionPlaces {
    /// What a place is counted for. Where there is no limit nothing is kept.
    struct Holder {
        let address: IPAddress?
        let sessionID: String?
        let userID: String?
        /// Nil when no connection of the same token makes room for this one, nor it for another.
        let token: Token?
    }

    /// What tells a token from the others: two that share an id but not session and user are two.
    struct Token: Equatable {
        let key: ReplayKey
        let sessionID: String?
        let userID: String?

        /// The token that a request came with; nil when the gate tells none apart.
        init?(_ request: AdmittedRequest) {
            guard let key = request.grant.tokenKey else { return nil }
            self.key = key
            sessionID = request.grant.sessionID
            userID = request.grant.userID
        }
    }

    /// How many evicted connections may still be closing. Each takes two descriptors until its client has read why, so with so
    /// many of them no other is evicted.
    static let mostEvicted = 64

    private let limits: ConnectionLimits
    private var holders: [RequestID: Holder] = [:]
    private var evicted: Set<RequestID> = []
    private var countOfAddress: [IPAddress: Int] = [:]
    private var countOfSession: [String: Int] = [:]
    private var countOfUser: [String: Int] = [:]

    /// No place is taken.
    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// The limit that keeps a request's client from being joined, so that not even an eviction would make room; nil when there
    /// is room.
    func limit(for request: AdmittedRequest) -> ConnectionLimit? {
        let holder = holder(for: request)
        guard let limit = limit(reachedFor: holder), candidates(for: holder, below: limit).isEmpty else { return nil }
        return limit
    }

    /// Takes a place for a request's client; false when there is none.
    mutating func enter(_ request: AdmittedRequest) -> Bool { enter(request.id, holder(for: request)) == nil }

    /// How many places are taken.
    var count: Int { holders.count }

    /// What the place of a request is counted for. The grant is not copied for it.
    func holder(for request: AdmittedRequest) -> Holder {
        Holder(
            address: limits.ofAddress == nil ? nil : request.origin.limitedAddress,
            sessionID: limits.ofSession == nil ? nil : request.grant.sessionID,
            userID: limits.ofUser == nil ? nil : request.grant.userID,
            token: limits.whenFull == .evict ? Token(request) : nil
        )
    }

    /// The limit that keeps a place from being taken, the narrowest first; nil when there is room.
    func limit(reachedFor holder: Holder) -> ConnectionLimit? {
        if Self.isReached(limits.ofAddress, holder.address, countOfAddress) { return .address }
        if Self.isReached(limits.ofSession, holder.sessionID, countOfSession) { return .session }
        if Self.isReached(limits.ofUser, holder.userID, countOfUser) { return .user }
        return holders.count >= limits.total ? .total : nil
    }

    private static func isReached<Key: Hashable>(_ limit: Int?, _ key: Key?, _ counts: [Key: Int]) -> Bool {
        guard let limit, let key else { return false }
        return counts[key, default: 0] >= limit
    }

    /// Takes a place, if there is one.
    mutating func enter(_ id: RequestID, _ holder: Holder) -> ConnectionLimit? {
        if let limit = limit(reachedFor: holder) { return limit }
        holders[id] = holder
        count(1, holder)
        return nil
    }

    /// Gives a place back. Done twice, or for a holder that was evicted, it changes no count.
    mutating func leave(_ id: RequestID) {
        if let holder = holders.removeValue(forKey: id) { count(-1, holder) }
        evicted.remove(id)
    }

    /// The holders that may be evicted so that `holder` finds room below `limit`: connections of its own token only.
    func candidates(for holder: Holder, below limit: ConnectionLimit) -> Set<RequestID> {
        guard let token = holder.token, evicted.count < Self.mostEvicted else { return [] }
        let same = holders.filter {
            $0.value.token == token && (limit != .address || $0.value.address == holder.address)
        }
        return Set(same.keys)
    }

    /// Takes its place from a holder; false when it had given it back.
    mutating func evict(_ id: RequestID) -> Bool {
        guard let holder = holders.removeValue(forKey: id) else { return false }
        count(-1, holder)
        evicted.insert(id)
        return true
    }

    private mutating func count(_ change: Int, _ holder: Holder) {
        Self.count(change, holder.address, in: &countOfAddress)
        Self.count(change, holder.sessionID, in: &countOfSession)
        Self.count(change, holder.userID, in: &countOfUser)
    }

    private static func count<Key: Hashable>(_ change: Int, _ key: Key?, in counts: inout [Key: Int]) {
        guard let key else { return }
        let count = counts[key, default: 0] + change
        counts[key] = count == 0 ? nil : count
    }
}
