import SessionInjector

/// Why a session command ended; one sentence each, without a secret or a stored value.
enum SessionCommandError: Error, Equatable, CustomStringConvertible {
    /// Neither secret is set.
    case noKey
    /// The user has no session of that id or name.
    case notFound
    /// The row does not open.
    case unopenable(id: String, SealingError)
    /// A file cannot be read or written; `reason` is the system's own text.
    case file(path: String, reason: String)
    /// The input is larger than a storage state can reasonably be.
    case tooLarge

    /// The sentence.
    var description: String {
        switch self {
        case .noKey: "SESSION_ENCRYPTION_SECRET (or SESSION_USER_KEY) is not set: 32 bytes in base64."
        case .notFound: "The user has no stored session of this id or name."
        case .unopenable(let id, let error): "The stored session \(id) \(error)."
        case .file(let path, let reason): "\(path): \(reason)"
        case .tooLarge: "The storage state is larger than \(SessionFile.limit >> 20) MiB."
        }
    }
}
