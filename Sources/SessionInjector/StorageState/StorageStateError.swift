public import ProxyCore

/// Why bytes are not a storage state. It gives positions by index, and never a name or value of the state.
public enum StorageStateError: Error, Equatable, Sendable {
    /// The bytes are not JSON.
    case notJSON(JSONError)
    /// The JSON is not an object.
    case notStorageState
    /// A part has another type than Playwright writes: its position, and the expected type.
    case unexpectedType(path: String, expected: String)
}

extension StorageStateError: CustomStringConvertible {
    /// One sentence for the user who supplied the state.
    public var description: String {
        switch self {
        case .notJSON(let error): "the storage state is not JSON (at byte \(error.offset))"
        case .notStorageState: "the JSON is not a storage state: it must be an object with \"cookies\" and \"origins\""
        case .unexpectedType(let path, let expected): "the storage state is malformed: \(path) must be \(expected)"
        }
    }
}
