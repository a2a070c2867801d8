import SessionStore

extension SessionStoreError {
    /// Whether the table is only to be made.
    var isCuredByCreating: Bool {
        switch self {
        case .missing, .noTable: true
        default: false
        }
    }

    /// Whether asking again later may help.
    var isTransient: Bool {
        switch self {
        case .busy, .unavailable: true
        default: false
        }
    }
}
