import SessionStore

/// Why a key command ended; one sentence each, without a key.
enum KeyCommandError: Error, Equatable, CustomStringConvertible {
    /// There is no database at this path.
    case noDatabase(path: String)
    /// No key has this id, and no key in use has this name.
    case notFound
    /// Several keys in use have this name.
    case ambiguous(ids: [String])

    /// The sentence.
    var description: String {
        switch self {
        case .noDatabase(let path): "There is no database at \(path); `cdp-proxy key create` creates it."
        case .notFound: "There is no key of this id, and none in use of this name."
        case .ambiguous(let ids): "Several keys have this name. Give the id of one: \(ids.joined(separator: ", "))."
        }
    }
}
