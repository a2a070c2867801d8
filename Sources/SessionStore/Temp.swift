public struct SealedColumns: Sendable { public var ciphertext: [UInt8]; public var iv: [UInt8]; public init(ciphertext: [UInt8], iv: [UInt8]) { self.ciphertext = ciphertext; self.iv = iv } }
public struct SessionChanges: Sendable { public var name: String?; public var description: String?; public var expiresAt: Timestamp?; public var sealed: SealedColumns?
 public init(name: String? = nil, description: String? = nil, expiresAt: Timestamp? = nil, sealed: SealedColumns? = nil) { self.name = name; self.description = description; self.expiresAt = expiresAt; self.sealed = sealed } }
extension SessionStore {
 public func metadata(id: String) async throws(SessionStoreError) -> SessionMetadata? { try await row(id: id)?.metadata }
 public func metadata(userID: String, name: String) async throws(SessionStoreError) -> SessionMetadata? { try await row(userID: userID, name: name)?.metadata }
 public func update(id: String, userID: String, with c: SessionChanges, at t: Timestamp) async throws(SessionStoreError) -> SessionMetadata? {
   guard var r = try await row(id: id), r.metadata.userID == userID else { return nil }
   if let n = c.name { r.metadata.name = n }
   if let n = c.description { r.metadata.description = n }
   if let n = c.expiresAt { r.metadata.expiresAt = n }
   if let s = c.sealed { r.ciphertext = s.ciphertext; r.iv = s.iv }
   r.metadata.updatedAt = t
   return try await replace(r) ? r.metadata : nil
 }
 public func check() async throws(SessionStoreError) {}
 public func shut() async {}
}
public enum SessionStores { public static func open(_ l: DatabaseLocation, creating: Bool) async throws(SessionStoreError) -> any SessionStore { switch l { case .sqlite(let p): try SQLiteSessionStore(path: p, creating: creating) } } }
