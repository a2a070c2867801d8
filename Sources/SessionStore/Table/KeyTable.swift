import ProxyCore

/// API keys in the table `api_keys` of a SQL database.
struct KeyTable<Database: SessionDatabase>: KeyStore {
    /// The database with the table, or without it as long as there are no keys.
    let database: Database

    func create(_ record: KeyRecord, hash: String) async throws(SessionStoreError) {
        let parameters = try record.parameters(hash: hash)
        do throws(SessionStoreError) {
            _ = try await database.run(.keys(.insert), parameters)
        } catch .nameTaken {
            throw .failed(code: "key_hash repeated")
        }
    }

    func list() async throws(SessionStoreError) -> [KeyRecord] {
        try await rows(.list, []).map(KeyRecord.init(columns:))
    }

    func revoke(id: String, telling row: RevocationRow) async throws(SessionStoreError) -> Bool {
        guard !id.holdsNUL else { return false }
        let row = TableStatement(.revocations(.insertForKey), try row.parameters() + [.text(id)])
        do throws(SessionStoreError) {
            let answers = try await database.commitRevocation([TableStatement(.keys(.revoke), [.text(id)]), row])
            return answers.first?.isEmpty == false
        } catch .noTable(_, StoreTable.keys.rawValue) {
            return false
        } catch .unopenable(let database, let reason) {
            // Who may not write the table of revocations can at least have the key refused from now on.
            _ = try? await rows(.revoke, [.text(id)])
            throw .unopenable(database: database, reason: reason)
        }
    }

    func use(hash: String, at time: Timestamp) async throws(SessionStoreError) -> KeyUse {
        guard !hash.holdsNUL else { return .unknown }
        try time.checkStorable(as: "last_used_at")
        // Anybody can send an unknown key, so that one costs a read, and no lock that writers wait for.
        guard let known = try await record(hash: hash) else { return .unknown }
        if let refusal = known.refusal(at: time) { return refusal }
        let hour = time.wholeHour
        let parameters: [SQLValue] = [.text(hash), .moment(time), .moment(hour), .moment(hour + .seconds(3600))]
        if let used = try await rows(.use, parameters).first.map(KeyRecord.init(columns:)) { return .admitted(used) }
        // It may have been revoked meanwhile.
        return try await record(hash: hash)?.refusal(at: time) ?? .overRate(retryAfter: time.secondsLeftInHour)
    }

    func check() async throws(SessionStoreError) {
        _ = try await rows(.probe, [])
    }

    func close() async {
        await database.close()
    }

    private func record(hash: String) async throws(SessionStoreError) -> KeyRecord? {
        try await rows(.byHash, [.text(hash)]).first.map(KeyRecord.init(columns:))
    }

    /// The rows of a statement; none when there is no table.
    private func rows(_ query: KeyQuery, _ parameters: [SQLValue]) async throws(SessionStoreError) -> [[SQLValue]] {
        do throws(SessionStoreError) {
            return try await database.run(.keys(query), parameters)
        } catch .noTable {
            return []
        }
    }
}

extension Timestamp {
    /// The hour that the moment is in.
    fileprivate var wholeHour: Timestamp {
        let inHour = microseconds % 3_600_000_000
        return Timestamp(microseconds: microseconds - (inHour < 0 ? inHour + 3_600_000_000 : inHour))
    }

    /// The whole seconds until the next hour, 1 at least.
    fileprivate var secondsLeftInHour: Int {
        Int((wholeHour + .seconds(3600)).seconds(since: self).rounded(.up))
    }
}

extension KeyRecord {
    /// Why the key may not be used at all at a moment, if so.
    fileprivate func refusal(at time: Timestamp) -> KeyUse? {
        if !isEnabled { return .revoked }
        if isExpired(now: time) { return .expired }
        return rateLimit == 0 ? .overRate(retryAfter: time.secondsLeftInHour) : nil
    }

    /// A record from the first nine columns of a row. What cannot be read has the strictest meaning: an expiry is in the
    /// past, a limit is 0, and the key is revoked.
    fileprivate init(columns: [SQLValue]) {
        self.init(
            id: columns[0].asText ?? "",
            name: columns[1].asText ?? "",
            userID: columns[2].asText,
            roles: columns[3].asText.map { $0.split(separator: ",").map(String.init) },
            createdAt: Self.moment(columns[4]) ?? .earliest,
            expiresAt: Self.moment(columns[5]),
            rateLimit: columns[6].asText.map { max(Int($0) ?? 0, 0) }
        )
        isEnabled = columns[7].asText == "1"
        lastUsedAt = Self.moment(columns[8])
    }

    private static func moment(_ value: SQLValue) -> Timestamp? {
        switch value {
        case .null: nil
        case .moment(let moment): moment
        default: value.asText.flatMap(Timestamp.init(stored:)) ?? .earliest
        }
    }

    /// The parameters of an insertion.
    fileprivate func parameters(hash: String) throws(SessionStoreError) -> [SQLValue] {
        let roles = roles?.joined(separator: ",")
        try id.checkStorable(as: "id")
        try name.checkStorable(as: "name")
        try hash.checkStorable(as: "key_hash")
        try userID?.checkStorable(as: "user_id")
        try roles?.checkStorable(as: "roles")
        try createdAt.checkStorable(as: "created_at")
        try expiresAt?.checkStorable(as: "expires_at")
        return [
            .text(id), .text(name), .text(hash), SQLValue(userID), SQLValue(roles), .moment(createdAt),
            SQLValue(expiresAt), SQLValue(rateLimit.map { "\($0)" }),
        ]
    }
}
