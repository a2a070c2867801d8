internal import Crypto

/// An opaque credential for one use within `lifetime`, to stand in a URL where a token should not.
///
/// Not printable: it shows its type alone.
public struct Ticket: Sendable, Redacted {
    /// How long a ticket may be used, at most.
    public static let lifetime: Duration = .seconds(30)

    /// How many one answer may hold: half of a caller's share, so that the next answer leaves those of the last one good.
    public static let mostInOneAnswer = TicketOffice.standardShare / 2

    /// The length of its text: 32 random bytes in base64url.
    static let byteCount = 43

    /// The value of `?ticket=`, which needs no escape in a URL.
    public let text: String
    /// In how many seconds its time is over, whole ones.
    public let seconds: Int
}

/// The tickets of the last seconds. Holds their hashes only, so that a copy of the memory opens nothing.
///
/// Rule 1: a ticket asked for with a ticket ends when that one does, so that none renews itself.
/// Rule 2: each caller has a share of its own; with one more ticket its oldest is forgotten. So a caller that asks for
/// ticket after ticket takes no other caller's place.
struct TicketOffice: Sendable {
    /// Whose tickets are counted together: a user's, or those of one browser session that names no user, or those of all
    /// callers that name neither.
    private enum Holder: Hashable {
        case user(String)
        case session(String)
        case nobody

        init(_ grant: Grant) {
            self = grant.userID.map { .user($0) } ?? grant.sessionID.map { .session($0) } ?? .nobody
        }
    }

    /// A ticket's SHA-256.
    private typealias Key = SIMD32<UInt8>

    /// How many tickets of one caller are open at a time, unless said otherwise.
    static let standardShare = 256

    private let share: Int
    /// What each ticket opens; nil once it was used.
    private var tickets: ExpiringTable<Key, Grant?>
    /// Each caller's tickets, the oldest first; as long as the last of them.
    private var held: ExpiringTable<Holder, [Key]>

    /// An office with at most `share` tickets a caller that are not past their time, and at most `capacity` in all.
    init(capacity: Int = 16_384, share: Int = standardShare) {
        self.share = share
        tickets = ExpiringTable(capacity: capacity)
        held = ExpiringTable(capacity: capacity)
    }

    /// A new ticket to `grant`. `rate_limited` when so many callers have one that there is no room for another's first.
    mutating func issue(_ grant: Grant, now: Timestamp) throws(CredentialRejection) -> Ticket {
        let random = SymmetricKey(size: .bits256)
        let text = unsafe random.withUnsafeBytes { bytes in unsafe Base64URL.encode(bytes) }
        let latest = now + Ticket.lifetime
        let end = min(latest, grant.expiresAt, grant.ticketExpiresAt ?? .latest)
        try keep(grant, as: Self.hash(text.utf8), until: end, latest: latest, now: now)
        return Ticket(text: text, seconds: Int(end.seconds(since: now).rounded(.down)))
    }

    private mutating func keep(
        _ grant: Grant,
        as key: Key,
        until end: Timestamp,
        latest: Timestamp,
        now: Timestamp
    ) throws(CredentialRejection) {
        let holder = Holder(grant)
        var own = held.value(for: holder, now: now) ?? []
        if own.count >= share { tickets.remove(own.removeFirst()) }
        while !tickets.insert(grant, for: key, until: end, now: now) {
            guard !own.isEmpty else { throw .rateLimited }
            tickets.remove(own.removeFirst())
        }
        own.append(key)
        guard held.insert(own, for: holder, until: latest, now: now) else {
            tickets.remove(key)
            throw .rateLimited
        }
    }

    /// The grant that `text` is a ticket to. The ticket is used up.
    ///
    /// `malformed` is thrown for what no ticket looks like, `replayed` for one that was used, `expired` for one whose time
    /// is over. A guess is indistinguishable from the last.
    mutating func redeem(_ text: ArraySlice<UInt8>, now: Timestamp) throws(CredentialRejection) -> Grant {
        guard text.count == Ticket.byteCount, Base64URL.decode(text.span) != nil else { throw .malformed }
        // Looked up by its hash, so that the time taken tells nothing of the tickets there are.
        let key = Self.hash(text)
        guard let (ticket, end) = tickets.entry(for: key, now: now) else { throw .expired }
        guard let grant = ticket else { throw .replayed }
        tickets.replaceValue(for: key, with: nil)
        return grant.byTicket(until: end)
    }

    // MARK: Another process

    /// The tickets that were not used, as another office takes them up.
    func handover(now: Timestamp) -> [JSONValue] {
        tickets.entries(now: now).compactMap { entry in
            guard let grant = entry.value else { return nil }
            let hash = JSONValue(Base64URL.encode(entry.key.indices.map { entry.key[$0] }))
            return ["ticket": ["hash": hash, "until": JSONValue(entry.expiresAt), "grant": grant.json]]
        }
    }

    /// Takes up a ticket of another office, which redeems it no more; false when the JSON is none.
    mutating func takeOver(_ json: JSONValue, now: Timestamp) -> Bool {
        guard let bytes = json.hash("hash"), let until = json.moment("until"),
            let grant = json["grant"].flatMap({ Grant(json: $0) })
        else { return false }
        try? keep(grant, as: Key(bytes), until: until, latest: until, now: now)
        return true
    }

    private static func hash(_ text: some Sequence<UInt8>) -> Key {
        Key(SHA256.hash(data: Array(text)))
    }
}
