/// Why a stored origin is left out. The raw value is a label for logs.
public enum OriginProblem: String, Sendable, CaseIterable {
    /// It is not said which origin it is.
    case missing
    /// It is no http or https origin.
    case scheme
    /// Chrome opens it over https only.
    case upgraded
    /// A policy of Chrome forbids it.
    case policy
}

/// Why something of an origin's storage is left out. The raw value is a label for logs.
public enum StorageProblem: String, Sendable, CaseIterable {
    /// `localStorage` is no list.
    case localStorage = "local_storage"
    /// An item is no object whose name and value are strings.
    case item
    /// `indexedDB` is no list.
    case indexedDB = "indexed_db"
    /// A database is not as Playwright writes one.
    case database
}
