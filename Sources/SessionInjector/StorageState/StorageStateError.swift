public import ProxyCore

/// Why bytes are not a storage state. Places are given by index, never by a name or value of the state.
public enum StorageStateError: Error, Equatable, Sendable {
    /// The bytes are not JSON.
    case notJSON(JSONError)
    /// The JSON is no object.
    case notStorageState
    /// Something in it has another type than Playwright writes: where, and what belongs there.
    case unexpectedType(path: String, expected: String)
}

extension StorageStateError: CustomStringConvertible {
    /// One sentence for whoever handed the state in.
    public var description: String {
        switch self {
        case .notJSON(let error): "the storage state is not JSON (at byte \(error.offset))"
        case .notStorageState: "the JSON is no storage state: an object with \"cookies\" and \"origins\" is needed"
        case .unexpectedType(let path, let expected): "the storage state is malformed: \(path) must be \(expected)"
        }
    }
}
