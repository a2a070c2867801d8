extension StoreTable {
    /// The statement that makes the table where it is missing; that of stored sessions as SQLAlchemy makes it.
    var sqliteSchema: String {
        switch self {
        case .sessions:
            """
            CREATE TABLE IF NOT EXISTS browser_sessions (
                id VARCHAR(36) NOT NULL PRIMARY KEY,
                user_id VARCHAR(255) NOT NULL,
                name VARCHAR(50) NOT NULL,
                description VARCHAR(500),
                domains VARCHAR(1000) NOT NULL,
                storage_state_encrypted BLOB NOT NULL,
                iv BLOB NOT NULL,
                expires_at DATETIME,
                created_at DATETIME NOT NULL,
                updated_at DATETIME NOT NULL,
                CONSTRAINT uq_user_session_name UNIQUE (user_id, name)
            )
            """
        case .keys:
            """
            CREATE TABLE IF NOT EXISTS api_keys (
                id VARCHAR(36) NOT NULL PRIMARY KEY,
                name VARCHAR(100) NOT NULL,
                key_hash VARCHAR(64) NOT NULL UNIQUE,
                user_id VARCHAR(255),
                roles VARCHAR(255),
                created_at DATETIME NOT NULL,
                expires_at DATETIME,
                rate_limit INTEGER,
                enabled BOOLEAN NOT NULL,
                last_used_at DATETIME,
                window_started_at DATETIME,
                window_count INTEGER NOT NULL
            )
            """
        case .revocations:
            """
            CREATE TABLE IF NOT EXISTS revocations (
                id VARCHAR(36) NOT NULL PRIMARY KEY,
                kind VARCHAR(20) NOT NULL,
                subject VARCHAR(1000) NOT NULL,
                revoked_at DATETIME NOT NULL,
                expires_at DATETIME NOT NULL
            )
            """
        }
    }
}
