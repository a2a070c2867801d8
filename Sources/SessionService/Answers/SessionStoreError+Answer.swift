import SessionStore

extension SessionStoreError {
    /// Whether making the missing file or table would help.
    var isMissingTable: Bool {
        switch self {
        case .missing, .noTable: true
        default: false
        }
    }

    /// Whether a later try may succeed.
    var isTransient: Bool {
        switch self {
        case .busy, .unavailable: true
        default: false
        }
    }
}
