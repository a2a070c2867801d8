extension SQLiteSessionStore {
    /// The table as SQLAlchemy makes it, for a database of our own.
    static let schema: StaticString = """
        CREATE TABLE IF NOT EXISTS browser_sessions (
            id VARCHAR(36) NOT NULL PRIMARY KEY,
            user_id VARCHAR(255) NOT NULL,
            name VARCHAR(50) NOT NULL,
            description TEXT,
            domains TEXT NOT NULL,
            storage_state_encrypted BLOB NOT NULL,
            iv BLOB NOT NULL,
            expires_at DATETIME,
            created_at DATETIME NOT NULL,
            updated_at DATETIME NOT NULL,
            UNIQUE (user_id, name)
        )
        """

    /// Fails to prepare when the table or a column is missing.
    static let probe: StaticString = """
        SELECT id, user_id, name, description, domains, expires_at, created_at, updated_at, storage_state_encrypted, iv
        FROM browser_sessions LIMIT 0
        """

    /// Metadata of one user's sessions (?1) or of all (?1 NULL).
    static let listing: StaticString = """
        SELECT id, user_id, name, description, domains, expires_at, created_at, updated_at
        FROM browser_sessions WHERE ?1 IS NULL OR user_id = ?1 ORDER BY created_at DESC, name
        """

    /// One row, by id.
    static let byID: StaticString = """
        SELECT id, user_id, name, description, domains, expires_at, created_at, updated_at, storage_state_encrypted, iv
        FROM browser_sessions WHERE id = ?1
        """

    /// One row, by its user and name.
    static let byName: StaticString = """
        SELECT id, user_id, name, description, domains, expires_at, created_at, updated_at, storage_state_encrypted, iv
        FROM browser_sessions WHERE user_id = ?1 AND name = ?2
        """

    /// Parameters as `bind` sets them, and `created_at` as the tenth.
    static let insertion: StaticString = """
        INSERT INTO browser_sessions (id, user_id, name, description, domains, storage_state_encrypted, iv,
            expires_at, updated_at, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """

    /// Parameters as `bind` sets them.
    static let replacement: StaticString = """
        UPDATE browser_sessions SET name = ?3, description = ?4, domains = ?5, storage_state_encrypted = ?6, iv = ?7,
            expires_at = ?8, updated_at = ?9
        WHERE id = ?1 AND user_id = ?2
        """

    /// One row, by id and user.
    static let deletion: StaticString = "DELETE FROM browser_sessions WHERE id = ?1 AND user_id = ?2"

    /// Binds a row to the first nine parameters of `insertion` and `replacement`.
    static func bind(_ row: SessionRow, to statement: inout SQLiteStatement) {
        let metadata = row.metadata
        statement.bind(1, metadata.id)
        statement.bind(2, metadata.userID)
        statement.bind(3, metadata.name)
        statement.bind(4, metadata.description)
        statement.bind(5, metadata.domains.joined(separator: ","))
        statement.bind(6, row.ciphertext)
        statement.bind(7, row.iv)
        statement.bind(8, metadata.expiresAt?.databaseText)
        statement.bind(9, metadata.updatedAt.databaseText)
    }

    /// Reads the first eight columns of a query above.
    static func metadata(of statement: borrowing SQLiteStatement) throws(SessionStoreError) -> SessionMetadata {
        let id = statement.text(0) ?? ""
        guard let userID = statement.text(1) else { throw .malformedRow(id: id, column: "user_id") }
        guard let name = statement.text(2) else { throw .malformedRow(id: id, column: "name") }
        var expiresAt: Timestamp?
        if let text = statement.text(5) {
            // A date that cannot be read must not turn into "never".
            guard let read = Timestamp(text) else { throw .malformedRow(id: id, column: "expires_at") }
            expiresAt = read
        }
        guard let createdAt = Timestamp(statement.text(6) ?? "") else {
            throw .malformedRow(id: id, column: "created_at")
        }
        guard let updatedAt = Timestamp(statement.text(7) ?? "") else {
            throw .malformedRow(id: id, column: "updated_at")
        }
        return SessionMetadata(
            id: id,
            userID: userID,
            name: name,
            description: statement.text(3),
            domains: domains(in: statement.text(4) ?? ""),
            expiresAt: expiresAt,
            createdAt: createdAt,
            updatedAt: updatedAt
        )
    }

    /// Splits comma-separated text, white space around each name taken off and empty names left out.
    static func domains(in text: String) -> [String] {
        text.split(separator: ",").map { part in
            let start = part.drop { $0 == " " }
            return String(start.lastIndex { $0 != " " }.map { start[...$0] } ?? "")
        }.filter { !$0.isEmpty }
    }
}
