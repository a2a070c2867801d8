/// Stored sessions in the table `browser_sessions` of a SQL database, as the Python reference makes it with SQLAlchemy.
struct SessionTable<Database: SessionDatabase>: SessionStore {
    /// The database that is asked.
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

    func insert(_ row: SessionRow) async throws(SessionStoreError) {
        _ = try await database.run(.insert, try row.parameters() + [.moment(row.metadata.createdAt)])
    }

    func replace(_ row: SessionRow) async throws(SessionStoreError) -> Bool {
        !(try await database.run(.replace, try row.parameters()).isEmpty)
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
        let parameters: [SQLValue] = [
            .text(id), .text(userID), SQLValue(changes.name), SQLValue(changes.description),
            SQLValue(changes.expiresAt), SQLValue(changes.sealed?.iv), SQLValue(changes.sealed?.ciphertext),
            .moment(time),
        ]
        return try await database.run(.update, parameters).first.map(SessionMetadata.init(columns:))
    }

    func delete(id: String, userID: String) async throws(SessionStoreError) -> Bool {
        !(try await rows(.delete, [id, userID]).isEmpty)
    }

    func check() async throws(SessionStoreError) {
        try await database.check()
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

    /// What a query finds by its keys; a key that no row can have finds nothing.
    private func rows(_ query: SessionQuery, _ keys: [String]) async throws(SessionStoreError) -> [[SQLValue]] {
        if keys.contains(where: \.holdsNUL) { return [] }
        return try await database.run(query, keys.map(SQLValue.text))
    }
}

extension String {
    /// Whether a NUL is in the text: PostgreSQL cannot keep one, and C's strings end there.
    fileprivate var holdsNUL: Bool { utf8.contains(0) }

    /// Refuses a text that cannot be kept in a column.
    fileprivate func checkStorable(as column: String) throws(SessionStoreError) {
        if holdsNUL { throw .unstorable(column: column) }
    }
}

extension SessionRow {
    /// A row whose ten columns were read.
    fileprivate init(columns: [SQLValue]) throws(SessionStoreError) {
        self.init(
            metadata: try SessionMetadata(columns: columns),
            ciphertext: columns[8].asBytes,
            iv: columns[9].asBytes
        )
    }

    /// The first nine parameters of an insertion, which are those of a replacement.
    fileprivate func parameters() throws(SessionStoreError) -> [SQLValue] {
        let domains = metadata.domains.joined(separator: ",")
        try metadata.id.checkStorable(as: "id")
        try metadata.userID.checkStorable(as: "user_id")
        try metadata.name.checkStorable(as: "name")
        try metadata.description?.checkStorable(as: "description")
        try domains.checkStorable(as: "domains")
        return [
            .text(metadata.id), .text(metadata.userID), .text(metadata.name), SQLValue(metadata.description),
            .text(domains), .bytes(ciphertext), .bytes(iv), SQLValue(metadata.expiresAt), .moment(metadata.updatedAt),
        ]
    }
}

extension SessionMetadata {
    /// Metadata of a row whose first eight columns were read.
    fileprivate init(columns: [SQLValue]) throws(SessionStoreError) {
        let id = columns[0].asText ?? ""
        guard let userID = columns[1].asText else { throw .malformedRow(id: id, column: "user_id") }
        guard let name = columns[2].asText else { throw .malformedRow(id: id, column: "name") }
        // A date that cannot be read must not turn into "never".
        let expiresAt = columns[5] == .null ? nil : try Self.moment(columns[5], of: id, in: "expires_at")
        self.init(
            id: id,
            userID: userID,
            name: name,
            description: columns[3].asText,
            domains: Self.domains(in: columns[4].asText ?? ""),
            expiresAt: expiresAt,
            createdAt: try Self.moment(columns[6], of: id, in: "created_at"),
            updatedAt: try Self.moment(columns[7], of: id, in: "updated_at")
        )
    }

    private static func moment(
        _ value: SQLValue,
        of id: String,
        in column: String
    ) throws(SessionStoreError) -> Timestamp {
        if case .moment(let moment) = value { return moment }
        guard let moment = Timestamp(value.asText ?? "") else { throw .malformedRow(id: id, column: column) }
        return moment
    }

    /// Splits comma-separated text, white space around each name taken off and empty names left out.
    private static func domains(in text: String) -> [String] {
        text.split(separator: ",").map { part in
            let start = part.drop { $0 == " " }
            return String(start.lastIndex { $0 != " " }.map { start[...$0] } ?? "")
        }.filter { !$0.isEmpty }
    }
}
