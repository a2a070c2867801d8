public import ProxyCore

/// The columns that an update changes in a stored session; nil leaves a column as it is.
public struct SessionChanges: Sendable, Equatable {
    /// The new name.
    public var name: String?
    /// The new description.
    public var description: String?
    /// The new moment of expiry.
    public var expiresAt: Timestamp?
    /// The new state, sealed under the same user's key.
    public var sealed: SealedColumns?

    /// Changes the given columns.
    public init(
        name: String? = nil,
        description: String? = nil,
        expiresAt: Timestamp? = nil,
        sealed: SealedColumns? = nil
    ) {
        self.name = name
        self.description = description
        self.expiresAt = expiresAt
        self.sealed = sealed
    }
}
