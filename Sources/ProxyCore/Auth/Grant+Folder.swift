internal import Crypto

extension Grant {
    /// The name of the folder of what the caller downloads: the same for every credential of one browser session and user, of
    /// one user of a fleet, and of one API key; and no other caller's. 32 hexadecimal digits, of which nothing can be told.
    public var folderName: String {
        var hasher = SHA256()
        let parts = isKey ? ["key", tokenID] : ["token", sessionID, userID]
        for part in parts {
            // A length before each, so that no two callers' parts read alike.
            hasher.update(data: Array("\(part?.utf8.count ?? -1):".utf8))
            hasher.update(data: Array((part ?? "").utf8))
        }
        return String(decoding: Hexadecimal.text(of: hasher.finalize().prefix(16)), as: UTF8.self)
    }
}
