extension StoreTable {
    /// The statements that make the table; that of stored sessions as SQLAlchemy makes it, without the second of its two
    /// equal indexes.
    var postgresSchema: [String] {
        switch self {
        case .sessions:
            [
                """
                CREATE TABLE browser_sessions (
                    id VARCHAR(36) NOT NULL PRIMARY KEY,
                    user_id VARCHAR(255) NOT NULL,
                    name VARCHAR(50) NOT NULL,
                    description VARCHAR(500),
                    domains VARCHAR(1000) NOT NULL,
                    storage_state_encrypted BYTEA NOT NULL,
                    iv BYTEA NOT NULL,
                    expires_at TIMESTAMP WITH TIME ZONE,
                    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
                    CONSTRAINT uq_user_session_name UNIQUE (user_id, name)
                )
                """,
                "CREATE INDEX idx_browser_sessions_user_id ON browser_sessions (user_id)",
            ]
        case .keys:
            [
                """
                CREATE TABLE api_keys (
                    id VARCHAR(36) NOT NULL PRIMARY KEY,
                    name VARCHAR(100) NOT NULL,
                    key_hash VARCHAR(64) NOT NULL UNIQUE,
                    user_id VARCHAR(255),
                    roles VARCHAR(255),
                    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
                    expires_at TIMESTAMP WITH TIME ZONE,
                    rate_limit INTEGER,
                    enabled BOOLEAN NOT NULL,
                    last_used_at TIMESTAMP WITH TIME ZONE,
                    window_started_at TIMESTAMP WITH TIME ZONE,
                    window_count INTEGER NOT NULL
                )
                """
            ]
        case .revocations:
            [
                """
                CREATE TABLE revocations (
                    id VARCHAR(36) NOT NULL PRIMARY KEY,
                    kind VARCHAR(20) NOT NULL,
                    subject VARCHAR(1000) NOT NULL,
                    revoked_at TIMESTAMP WITH TIME ZONE NOT NULL,
                    expires_at TIMESTAMP WITH TIME ZONE NOT NULL
                )
                """,
                "CREATE INDEX idx_revocations_revoked_at ON revocations (revoked_at)",
            ]
        }
    }
}
