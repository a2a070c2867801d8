import ProxyCore
import SessionStore

/// The state that outlives the proxy: the owner of each Chrome process, and the spent tokens. Without a file, none does.
///
/// Lives on the loop's thread.
struct KeptState {
    private let file: StateFile?
    private let log: EventLog

    /// State in a file; nil when there is no place to keep it.
    init(in file: StateFile?, log: EventLog) {
        self.file = file
        self.log = log
    }

    /// State in the configured file. The standard file may be unopenable: then the next run of the proxy finds no record of
    /// this Chrome process, and refuses it as used.
    init(_ settings: OwnershipSettings, log: EventLog) throws(StartError) {
        self.init(in: try Self.file(settings, log), log: log)
    }

    private static func file(_ settings: OwnershipSettings, _ log: EventLog) throws(StartError) -> StateFile? {
        guard let path = settings.stateFile else { return nil }
        do throws(SessionStoreError) {
            return try StateFile(path: path)
        } catch .unopenable(_, let reason) where !settings.isNamed {
            let detail = "\(path): \(reason); CDP_PROXY_STATE names another place"
            log.record(.warning, "state_not_kept", ["detail": .string(detail)])
            return nil
        } catch {
            throw StartError(description: "CDP_PROXY_STATE: \(error.aboutState(path)).")
        }
    }

    /// The record of a Chrome process; nil when there is none.
    func record(of browser: String) throws(RequestRefusal) -> String? {
        guard let file else { return nil }
        return try logged { () throws(SessionStoreError) in try file.record(of: browser) }
    }

    /// Keeps the record of a Chrome process.
    func keep(_ record: String, of browser: String) throws(RequestRefusal) {
        guard let file else { return }
        try logged { () throws(SessionStoreError) in try file.keep(record, of: browser) }
    }

    /// Keeps a spent token.
    func keep(_ spent: SpentToken, now: Timestamp) throws(RequestRefusal) {
        guard let file else { return }
        try logged { () throws(SessionStoreError) in try file.spend(spent.hash, until: spent.until, now: now) }
    }

    /// The tokens that an earlier run has spent.
    func spentTokens(now: Timestamp) throws(StartError) -> [SpentToken] {
        guard let file else { return [] }
        do throws(SessionStoreError) {
            return try file.spentTokens(now: now).map { SpentToken(hash: $0.hash, until: $0.until) }
        } catch {
            throw StartError(description: "CDP_PROXY_STATE: \(error).")
        }
    }

    private func logged<Value>(_ work: () throws(SessionStoreError) -> Value) throws(RequestRefusal) -> Value {
        do throws(SessionStoreError) { return try work() } catch {
            log.record(.error, "state_unavailable", ["detail": .string(error.description)])
            throw .session(.stateUnavailable)
        }
    }
}

extension SessionStoreError {
    /// The error, told as one of the state file.
    fileprivate func aboutState(_ path: String) -> String {
        switch self {
        case .unopenable(_, let reason): "\(path) cannot be opened: \(reason)"
        case .corrupt: "\(path) is damaged or not a state file; remove it, and restart Chrome"
        default: description
        }
    }
}
