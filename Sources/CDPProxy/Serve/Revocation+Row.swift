import FoundationEssentials
import ProxyCore
import SessionStore

extension RevocationRow {
    /// A new row that says it.
    init(_ revocation: Revocation) {
        self.init(
            id: UUID().uuidString.lowercased(),
            kind: revocation.kind.rawValue,
            subject: revocation.subject,
            at: revocation.at,
            expiresAt: revocation.expiresAt
        )
    }
}

extension Revocation {
    /// What a row says; nil for a kind of a later version, which is no word for this one.
    init?(_ row: RevocationRow) {
        guard let kind = Kind(rawValue: row.kind) else { return nil }
        self.init(kind, row.subject, at: row.at)
    }
}
