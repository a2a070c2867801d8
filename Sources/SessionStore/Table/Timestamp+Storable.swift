import ProxyCore

extension Timestamp {
    /// Refuses a moment that could not be read back.
    func checkStorable(as column: String) throws(SessionStoreError) {
        if !isWritable { throw .unstorable(column: column) }
    }
}
