extension SessionStore {
    /// One user's row by what a token's `browserSession` says: its id, else its name. Another user's is not found.
    public func row(userID: String, idOrName: String) async throws(SessionStoreError) -> SessionRow? {
        if let row = try await row(id: idOrName), row.metadata.isOwned(by: userID) { return row }
        return try await row(userID: userID, name: idOrName)
    }
}
