/// A word of an operator that credentials are no longer good, although their time is not over.
public struct Revocation: Sendable, Hashable {
    /// What it is about. The raw value is its name in the database.
    public enum Kind: String, Sendable, CaseIterable {
        /// One token, by its `jti`.
        case token
        /// Every credential of one browser session, those of tomorrow too: its end is final.
        case session
        /// Every credential of one user that was issued before. One that is issued afterwards is good.
        case user
        /// An API key, by its id.
        case key
    }

    /// How long it is remembered: longer than any credential that is signed today should last.
    public static let memory: Duration = .seconds(366 * 86_400)

    /// What it is about.
    public let kind: Kind
    /// The `jti`, the `sessionId`, the user or the key's id.
    public let subject: String
    /// When it was said.
    public let at: Timestamp

    /// A revocation.
    public init(_ kind: Kind, _ subject: String, at: Timestamp) {
        self.kind = kind
        self.subject = subject
        self.at = at
    }

    /// When it may be forgotten.
    public var expiresAt: Timestamp { (at + Self.memory).clamped }
}

/// What revocations look at in a credential, and in a live connection that it opened.
public struct RevocableCredential: Sendable {
    /// The token's `jti`, or with ``isKey`` the id of the API key.
    public let id: String?
    /// Whether it is an API key.
    public let isKey: Bool
    /// The browser session it is for.
    public let sessionID: String?
    /// The user it names.
    public let userID: String?
    /// When it was issued, as far as it says.
    public let issuedAt: Timestamp?

    /// What is known of a credential.
    public init(id: String?, isKey: Bool, sessionID: String?, userID: String?, issuedAt: Timestamp?) {
        self.id = id
        self.isKey = isKey
        self.sessionID = sessionID
        self.userID = userID
        self.issuedAt = issuedAt
    }
}

/// The revocations that are remembered.
///
/// Pure: it reads no clock. Looked up by kind and subject, so that a long list costs a credential four look-ups.
public struct RevocationList: Sendable {
    private struct Key: Hashable {
        let kind: Revocation.Kind
        let subject: JSONString
    }

    /// The latest of each subject.
    private var latest: [Key: Revocation] = [:]

    /// A list without revocations.
    public init() {}

    /// Whether nothing is revoked.
    public var isEmpty: Bool { latest.isEmpty }

    /// The latest revocation of each subject.
    var all: [Revocation] { Array(latest.values) }

    /// How many subjects are revoked.
    public var count: Int { latest.count }

    /// Remembers a revocation; true when that changes anything.
    @discardableResult
    public mutating func add(_ revocation: Revocation) -> Bool {
        let key = Key(kind: revocation.kind, subject: JSONString(revocation.subject))
        if let known = latest[key], known.at >= revocation.at { return false }
        latest[key] = revocation
        return true
    }

    /// Forgets those whose time is over.
    public mutating func forget(before now: Timestamp) {
        latest = latest.filter { now < $0.value.expiresAt }
    }

    /// Whether a credential is revoked.
    public func revokes(_ credential: RevocableCredential) -> Bool {
        guard !latest.isEmpty else { return false }
        if let id = credential.id, find(credential.isKey ? .key : .token, id) != nil { return true }
        if let sessionID = credential.sessionID, find(.session, sessionID) != nil { return true }
        guard let userID = credential.userID, let word = find(.user, userID) else { return false }
        // `iat` is often in whole seconds: one of the same second may be of before. A key says nothing of when it was given
        // out, and has a word of its own.
        return !credential.isKey && credential.issuedAt.map { $0.wholeSecond <= word.at } ?? true
    }

    private func find(_ kind: Revocation.Kind, _ subject: String) -> Revocation? {
        latest[Key(kind: kind, subject: JSONString(subject))]
    }
}
