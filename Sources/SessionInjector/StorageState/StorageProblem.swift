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
