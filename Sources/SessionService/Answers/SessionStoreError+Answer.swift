import SessionStore

extension SessionStoreError {
    /// Whether asking again later may help.
    var isTransient: Bool {
        switch self {
        case .busy: true
        default: false
        }
    }
}
