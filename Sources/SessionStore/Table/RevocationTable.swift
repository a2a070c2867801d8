import ProxyCore

/// Revocations in the table `revocations` of a SQL database.
struct RevocationTable<Database: SessionDatabase>: RevocationStore {
    /// The database with the table, or without it as long as nothing was revoked.
    let database: Database

    func add(_ row: RevocationRow) async throws(SessionStoreError) {
        _ = try await database.commitRevocation([TableStatement(.revocations(.insert), try row.parameters())])
    }

    func list(since: Timestamp, now: Timestamp) async throws(SessionStoreError) -> [RevocationRow] {
        do throws(SessionStoreError) {
            return try await database.run(.revocations(.list), [.moment(since), .moment(now)])
                .map(RevocationRow.init(columns:))
        } catch .noTable {
            return []
        }
    }

    func isInPlace() async -> Bool { await database.isInPlace() }

    func close() async {
        await database.close()
    }
}

extension RevocationRow {
    /// The parameters of an insertion.
    func parameters() throws(SessionStoreError) -> [SQLValue] {
        try subject.checkStorable(as: "subject")
        try at.checkStorable(as: "revoked_at")
        try expiresAt.checkStorable(as: "expires_at")
        return [.text(id), .text(kind), .text(subject), .moment(at), .moment(expiresAt)]
    }

    /// A revocation from the five columns of a row. A moment that cannot be read is the latest, so that the row revokes
    /// whatever it can.
    fileprivate init(columns: [SQLValue]) {
        self.init(
            id: columns[3].asText ?? "",
            kind: columns[0].asText ?? "",
            subject: columns[1].asText ?? "",
            at: Self.moment(columns[2]),
            expiresAt: Self.moment(columns[4])
        )
    }

    private static func moment(_ value: SQLValue) -> Timestamp {
        if case .moment(let moment) = value { return moment }
        return value.asText.flatMap(Timestamp.init(stored:)) ?? .latest
    }
}
