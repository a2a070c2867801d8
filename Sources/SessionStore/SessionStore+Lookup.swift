extension SessionStore {
    /// One user's row by what a token's `browserSession` says: its id, else its name. Another user's is not found.
    public func row(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionRow? {
        if let row = try await row(id: idOrName), row.metadata.isOwned(by: userID) { return row }
        return try await row(userID: userID, name: idOrName)
    }

    /// What is known of it, by the same. The sealed state is not read.
    public func metadata(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionMetadata? {
        if let found = try await metadata(id: idOrName), found.isOwned(by: userID) { return found }
        return try await metadata(userID: userID, name: idOrName)
    }

    /// Adds a row, however many its user has; `nameTaken` when its user has that name already.
    public func insert(_ row: SessionRow) async throws(SessionStoreError) {
        try await insert(row, limit: nil)
    }
}
