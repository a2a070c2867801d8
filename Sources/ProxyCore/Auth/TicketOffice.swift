internal import Crypto

/// An opaque credential for one use within `lifetime`, to stand in a URL where a token should not.
///
/// Not printable: it shows its type alone.
public struct Ticket: Sendable, Redacted {
    /// How long a ticket may be used.
    public static let lifetime: Duration = .seconds(30)

    /// The length of its text: 32 random bytes in base64url.
    static let byteCount = 43

    /// The value of `?ticket=`, which needs no escape in a URL.
    public let text: String
}

/// The tickets of the last seconds. Holds their hashes only, so that what is in memory opens nothing.
struct TicketOffice: Sendable {
    /// What each ticket opens; nil once it was used.
    private var tickets: ExpiringTable<SHA256Digest, Grant?>

    /// An office with at most `capacity` tickets that are not past their time.
    init(capacity: Int = 4096) { tickets = ExpiringTable(capacity: capacity) }

    /// A new ticket to `grant`; `rate_limited` when there are too many.
    mutating func issue(_ grant: Grant, now: Double) throws(Rejection) -> Ticket {
        let random = SymmetricKey(size: .bits256)
        let text = unsafe random.withUnsafeBytes { bytes in unsafe Base64URL.encode(bytes) }
        let end = min(now + Double(Ticket.lifetime.components.seconds), grant.expiresAt)
        guard tickets.insert(grant, for: Self.hash(text.utf8), until: end, now: now) else { throw .rateLimited }
        return Ticket(text: text)
    }

    /// The grant that `text` is a ticket to, which it is no longer.
    ///
    /// `malformed` is thrown for what no ticket looks like, `replayed` for one that was used, `expired` for one whose time
    /// is over. A guess is indistinguishable from the last.
    mutating func redeem(_ text: ArraySlice<UInt8>, now: Double) throws(Rejection) -> Grant {
        guard text.count == Ticket.byteCount, Base64URL.decode(text.span) != nil else { throw .malformed }
        // Looked up by its hash, so that the time taken tells nothing of the tickets there are.
        let key = Self.hash(text)
        guard let ticket = tickets.value(for: key, now: now) else { throw .expired }
        guard let grant = ticket else { throw .replayed }
        tickets.replaceValue(for: key, with: nil)
        return grant
    }

    private static func hash(_ text: some Sequence<UInt8>) -> SHA256Digest {
        SHA256.hash(data: Array(text))
    }
}
