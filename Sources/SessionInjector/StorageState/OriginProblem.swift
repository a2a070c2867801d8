/// Why a stored origin is left out. The raw value is a label for logs.
public enum OriginProblem: String, Sendable, CaseIterable {
    /// The state does not name the origin.
    case missing
    /// The text is not an http or https origin.
    case scheme
    /// Chrome opens the origin over https only.
    case upgraded
    /// A policy of Chrome forbids the origin.
    case policy
}

/// Why a part of an origin's storage is left out. The raw value is a label for logs.
public enum StorageProblem: String, Sendable, CaseIterable {
    /// `localStorage` is not a list.
    case localStorage = "local_storage"
    /// An item is not an object whose name and value are strings.
    case item
    /// `indexedDB` is not a list.
    case indexedDB = "indexed_db"
    /// A database is not as Playwright writes one.
    case database
}
