import ProxyCore

/// Stored sessions in the table `browser_sessions` of a SQL database, as the Python reference makes it with SQLAlchemy.
struct SessionTable<Database: SessionDatabase>: SessionStore {
    /// The database with the table.
    let database: Database

    func list(userID: String?) async throws(SessionStoreError) -> [SessionMetadata] {
        guard let userID else { return try await sessions(.listAll, []) }
        return try await sessions(.listOfUser, [userID])
    }

    func metadata(id: String) async throws(SessionStoreError) -> SessionMetadata? {
        try await sessions(.metadataByID, [id]).first
    }

    func metadata(userID: String, name: String) async throws(SessionStoreError) -> SessionMetadata? {
        try await sessions(.metadataByName, [userID, name]).first
    }

    func row(id: String) async throws(SessionStoreError) -> SessionRow? {
        try await rows(.rowByID, [id]).first.map(SessionRow.init(columns:))
    }

    func row(userID: String, name: String) async throws(SessionStoreError) -> SessionRow? {
        try await rows(.rowByName, [userID, name]).first.map(SessionRow.init(columns:))
    }

    func insert(_ row: SessionRow, limit: Int?) async throws(SessionStoreError) {
        try row.metadata.createdAt.checkStorable(as: "created_at")
        let columns = try row.parameters() + [.moment(row.metadata.createdAt)]
        guard let limit else {
            _ = try await database.run(.sessions(.insert), columns)
            return
        }
        let parameters = columns + [.text(row.metadata.userID), .text("\(limit)")]
        let inserted = try await database.run(.sessions(.insertWithinLimit), parameters)
        if inserted.isEmpty { throw .tooManySessions(limit: limit) }
    }

    func replace(_ row: SessionRow) async throws(SessionStoreError) -> Bool {
        !(try await database.run(.sessions(.replace), try row.parameters()).isEmpty)
    }

    func update(
        id: String,
        userID: String,
        with changes: SessionChanges,
        at time: Timestamp
    ) async throws(SessionStoreError) -> SessionMetadata? {
        guard !id.holdsNUL, !userID.holdsNUL else { return nil }
        try changes.name?.checkStorable(as: "name")
        try changes.description?.checkStorable(as: "description")
        try changes.expiresAt?.checkStorable(as: "expires_at")
        try time.checkStorable(as: "updated_at")
        let parameters: [SQLValue] = [
            .text(id), .text(userID), SQLValue(changes.name), SQLValue(changes.description),
            SQLValue(changes.expiresAt), SQLValue(changes.sealed?.iv), SQLValue(changes.sealed?.ciphertext),
            .moment(time),
        ]
        return try await database.run(.sessions(.update), parameters).first.map(SessionMetadata.init(columns:))
    }

    func delete(id: String, userID: String) async throws(SessionStoreError) -> Bool {
        !(try await rows(.delete, [id, userID]).isEmpty)
    }

    func check() async throws(SessionStoreError) {
        _ = try await database.run(StoreTable.sessions.probe, [])
    }

    func close() async {
        await database.close()
    }

    private func sessions(
        _ query: SessionQuery,
        _ keys: [String]
    ) async throws(SessionStoreError) -> [SessionMetadata] {
        try await rows(query, keys).map(SessionMetadata.init(columns:))
    }

    /// The rows a query finds by its keys. A key with a NUL finds nothing, since no row can have it.
    private func rows(_ query: SessionQuery, _ keys: [String]) async throws(SessionStoreError) -> [[SQLValue]] {
        if keys.contains(where: \.holdsNUL) { return [] }
        return try await database.run(.sessions(query), keys.map(SQLValue.text))
    }
}

extension SessionRow {
    /// A row from its ten columns.
    fileprivate init(columns: [SQLValue]) {
        self.init(
            metadata: SessionMetadata(columns: columns),
            ciphertext: columns[8].asBytes,
            iv: columns[9].asBytes
        )
    }

    /// The first nine parameters of an insertion. A replacement has exactly these.
    fileprivate func parameters() throws(SessionStoreError) -> [SQLValue] {
        let domains = metadata.domains.joined(separator: ",")
        try metadata.id.checkStorable(as: "id")
        try metadata.userID.checkStorable(as: "user_id")
        try metadata.name.checkStorable(as: "name")
        try metadata.description?.checkStorable(as: "description")
        try domains.checkStorable(as: "domains")
        try metadata.expiresAt?.checkStorable(as: "expires_at")
        try metadata.updatedAt.checkStorable(as: "updated_at")
        return [
            .text(metadata.id), .text(metadata.userID), .text(metadata.name), SQLValue(metadata.description),
            .text(domains), .bytes(ciphertext), .bytes(iv), SQLValue(metadata.expiresAt), .moment(metadata.updatedAt),
        ]
    }
}

extension SessionMetadata {
    /// The metadata from the first eight columns of a row.
    fileprivate init(columns: [SQLValue]) {
        var unusable: [String] = []
        func text(_ index: Int) -> String {
            if columns[index].asText == nil { unusable.append(SessionQuery.columns[index]) }
            return columns[index].asText ?? ""
        }
        func moment(_ index: Int) -> Timestamp {
            if case .moment(let moment) = columns[index] { return moment }
            if let moment = columns[index].asText.flatMap(Timestamp.init(stored:)) { return moment }
            unusable.append(SessionQuery.columns[index])
            return .earliest
        }
        self.init(
            id: text(0),
            userID: text(1),
            name: text(2),
            description: columns[3].asText,
            domains: Self.domains(in: columns[4].asText ?? ""),
            expiresAt: columns[5] == .null ? nil : moment(5),
            createdAt: moment(6),
            updatedAt: moment(7)
        )
        unusableColumns = unusable
    }

    /// Splits comma-separated text, strips white space around each name, and drops empty names.
    private static func domains(in text: String) -> [String] {
        text.split(separator: ",").map { part in
            let start = part.drop { $0 == " " }
            return String(start.lastIndex { $0 != " " }.map { start[...$0] } ?? "")
        }.filter { !$0.isEmpty }
    }
}
