extension SessionStore {
    /// One user's row by a token's `browserSession`: its id, else its name. It never finds another user's row.
    public func row(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionRow? {
        if let row = try await row(id: idOrName), row.metadata.isOwned(by: userID) { return row }
        return try await row(userID: userID, name: idOrName)
    }

    /// One user's metadata, found in the same way. It does not read the sealed state.
    public func metadata(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionMetadata? {
        if let found = try await metadata(id: idOrName), found.isOwned(by: userID) { return found }
        return try await metadata(userID: userID, name: idOrName)
    }

    /// Adds a row without a limit on its user's sessions. `nameTaken` when the user already has a session of that name.
    public func insert(_ row: SessionRow) async throws(SessionStoreError) {
        try await insert(row, limit: nil)
    }
}
