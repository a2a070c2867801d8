extension String {
    /// Whether the text has a NUL: PostgreSQL cannot hold one, and C strings end at it.
    var holdsNUL: Bool { utf8.contains(0) }

    /// Refuses a text that the column cannot hold.
    func checkStorable(as column: String) throws(SessionStoreError) {
        if holdsNUL { throw .unstorable(column: column) }
    }
}
