public import ProxyCore

/// The storage of API keys. Any number of callers may call it at once from any isolation. Databases block, so
/// implementations run off the caller's thread.
///
/// It holds hashes, never a key. ``KeyStores`` opens the one that `DATABASE_URL` names. A database without the table has
/// no keys.
public protocol KeyStore: Sendable {
    /// Adds a key by its hash (``APIKey/hash``).
    func create(_ record: KeyRecord, hash: String) async throws(SessionStoreError)

    /// All keys, newest first; those of one moment by id.
    func list() async throws(SessionStoreError) -> [KeyRecord]

    /// Takes a key out of use, for good, and keeps the revocation that ends its live connections: both or neither. Returns
    /// false when there is no key of this id. When it returns, no process admits the key any longer.
    func revoke(id: String, telling row: RevocationRow) async throws(SessionStoreError) -> Bool

    /// Uses the key of this hash at a moment. Uses by all processes count together, and one that is not admitted does not
    /// count.
    func use(hash: String, at time: Timestamp) async throws(SessionStoreError) -> KeyUse

    /// Checks that the database answers; the error says why not.
    func check() async throws(SessionStoreError)

    /// Closes the database after the running calls. Later calls throw `unavailable`.
    func close() async
}
