import ProxyCore
import SessionInjector

/// The right to use one Chrome process. Only the door issues one, and every request to Chrome that concerns pages needs one.
final class BrowserPass: Sendable {
    /// What the holder may do.
    enum Purpose: Sendable {
        /// See which tabs there are.
        case look
        /// Drive, until ``BrowserDoor/leave(_:)``.
        case drive
        /// Survey the browser or inject a session, on the door's behalf.
        case prepare
    }

    /// The process' id, the last part of its endpoint's path.
    let browser: String
    /// What the holder may do.
    let purpose: Purpose

    fileprivate init(_ browser: String, _ purpose: Purpose) {
        self.browser = browser
        self.purpose = purpose
    }

    /// Whether it admits to an endpoint.
    func opens(_ endpoint: JSONEndpoint) -> Bool {
        switch endpoint.use {
        case nil, .look: true
        case .drive: purpose == .drive
        }
    }

    /// The path of the browser's own endpoint.
    var browserPath: String { "/devtools/browser/\(browser)" }
}

/// The one door to the browser: every route that shows or moves a page goes through it.
///
/// `BrowserLedger` decides; the door does the slow work, once at a time while other callers wait: it surveys an unknown
/// process, injects the session, and keeps the record of the process before it lets the caller in.
///
/// Lives in one isolation, the server's: other callers have their turn only at its awaits.
final class BrowserDoor {
    /// The work of putting a stored session into the browser.
    struct Injection {
        /// Fetches and opens the session. Nothing has reached Chrome when it fails.
        let open: () async throws(RequestRefusal) -> StorageState
        /// Injects it, within a deadline of its own, since other callers wait.
        let inject: (StorageState, BrowserPass) async -> Injected
    }

    /// The outcome of an injection.
    struct Injected {
        /// Whether the browser may be used now.
        let isAccepted: Bool
        /// Logs and counts it. Called once the record is kept, so that a reader of the log finds the browser so.
        let tell: () -> Void
    }

    /// Surveys a process: gives its record, or nil when it is fresh.
    typealias Learn = (BrowserPass) async throws(RequestRefusal) -> BrowserRecord?
    /// Keeps the record of a process.
    typealias Keep = (BrowserRecord, _ browser: String) throws(RequestRefusal) -> Void

    /// The outcome of slow work, for the callers that waited for it.
    private struct Attempt {
        let browser: String
        /// The session that was injected; nil when the browser was surveyed.
        let session: BrowserClaim.Session?
        let refusal: RequestRefusal?
    }

    private let learn: Learn
    private let keep: Keep
    private var ledger = BrowserLedger()
    /// The record that was kept last.
    private var kept: (browser: String, record: BrowserRecord)?
    private var waiting: [CheckedContinuation<Attempt?, Never>] = []
    /// How many pieces of slow work have ended.
    private var finished = 0

    /// Whether every caller is kept out, because another process decides over the browser.
    var isClosed = false

    /// How many callers wait for another caller's work.
    var waitingCount: Int { waiting.count }

    /// A door that no caller has come to yet.
    init(learn: @escaping Learn, keep: @escaping Keep) {
        self.learn = learn
        self.keep = keep
    }

    /// Lets a caller in once the record is kept and their session is in the browser, or throws why not.
    ///
    /// - Parameters:
    ///   - browser: the id of the Chrome process.
    ///   - claim: the caller, and the stored session that belongs to them.
    ///   - injection: called when that session is to be injected now.
    func enter(
        _ browser: String,
        _ claim: BrowserClaim,
        to use: BrowserLedger.Use,
        _ injection: Injection
    ) async throws(RequestRefusal) -> BrowserPass {
        while true {
            guard !isClosed else { throw .draining }
            switch ledger.decide(browser, claim, to: use) {
            case .conflict: throw .session(.conflict)
            case .learn: try await survey(browser)
            case .inject:
                try await inject(browser, claim, injection)
                return BrowserPass(browser, .drive)
            case .admit:
                try admit(browser, use)
                return BrowserPass(browser, use == .drive ? .drive : .look)
            case .wait:
                guard let attempt = await nextAttempt(after: finished), attempt.browser == browser else { continue }
                // A failure is shared by all callers that waited: ten connections must not wait ten deadlines one after the
                // other.
                if let refusal = attempt.refusal, attempt.session == nil || attempt.session == claim.session {
                    throw refusal
                }
            }
        }
    }

    /// A pass to end what callers left under way in a process, which shows nothing of its pages.
    func passToTidy(_ browser: String) -> BrowserPass { BrowserPass(browser, .prepare) }

    /// Refuses a caller who was let in to look, if another caller has come since.
    func checkStill(_ pass: BrowserPass, _ claim: BrowserClaim) throws(RequestRefusal) {
        guard ledger.mayLook(pass.browser, claim) else { throw .session(.conflict) }
    }

    /// Ends the right to drive that a pass gave.
    func leave(_ pass: BrowserPass) {
        if pass.purpose == .drive { ledger.leave(pass.browser) }
    }

    private func admit(_ browser: String, _ use: BrowserLedger.Use) throws(RequestRefusal) {
        guard use == .drive else { return }
        do throws(RequestRefusal) {
            try keepRecord(browser)
        } catch {
            ledger.leave(browser)
            throw error
        }
    }

    /// Keeps the record of a process, unless it was kept already.
    private func keepRecord(_ browser: String) throws(RequestRefusal) {
        guard let record = ledger.record(of: browser) else { return }
        if let kept, kept.browser == browser, kept.record == record { return }
        try keep(record, browser)
        kept = (browser, record)
    }

    // MARK: - Another process

    /// Whether no slow work is under way.
    var isSettled: Bool { ledger.isSettled }

    /// What is known of each browser, for the process that takes this one's place.
    var standings: [BrowserStanding] { ledger.standings }

    /// Takes up what the process before knows of a browser.
    func takeOver(_ standing: BrowserStanding) { ledger.takeOver(standing) }

    /// Notes that the process before has gone, and no caller of its drives any browser.
    func predecessorLeft() { ledger.predecessorLeft() }

    // MARK: - Slow work

    private func survey(_ browser: String) async throws(RequestRefusal) {
        do throws(RequestRefusal) {
            let record = try await learn(BrowserPass(browser, .prepare))
            ledger.learned(browser, record)
            finish(Attempt(browser: browser, session: nil, refusal: nil))
        } catch {
            ledger.stayedUnknown(browser)
            finish(Attempt(browser: browser, session: nil, refusal: error))
            throw error
        }
    }

    private func inject(_ browser: String, _ claim: BrowserClaim, _ injection: Injection) async throws(RequestRefusal) {
        do throws(RequestRefusal) {
            let state = try await opened(browser, injection)
            let injected = await injection.inject(state, BrowserPass(browser, .prepare))
            ledger.finish(browser, isAccepted: injected.isAccepted)
            defer { injected.tell() }
            guard injected.isAccepted else { throw .session(.injectionFailed) }
            try admit(browser, .drive)
            finish(Attempt(browser: browser, session: claim.session, refusal: nil))
        } catch {
            finish(Attempt(browser: browser, session: claim.session, refusal: error))
            throw error
        }
    }

    /// Opens the session, and keeps the record that the injection is going on.
    private func opened(_ browser: String, _ injection: Injection) async throws(RequestRefusal) -> StorageState {
        do throws(RequestRefusal) {
            let state = try await injection.open()
            try keepRecord(browser)
            return state
        } catch {
            ledger.abandon(browser)
            throw error
        }
    }

    /// Waits for the next outcome; nil when there was one since `count`.
    private func nextAttempt(after count: Int) async -> Attempt? {
        await withCheckedContinuation { continuation in
            // Asked here and not before: on the way into this closure other tasks may have their turn.
            guard count == finished else { return continuation.resume(returning: nil) }
            waiting.append(continuation)
        }
    }

    private func finish(_ attempt: Attempt) {
        finished += 1
        let told = waiting
        waiting = []
        for continuation in told { continuation.resume(returning: attempt) }
    }
}
