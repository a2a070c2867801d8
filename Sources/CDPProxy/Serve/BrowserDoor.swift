import ProxyCore
import SessionInjector

/// Leave to use one Chrome process. Only the door gives one, and without one Chrome is asked nothing that concerns pages.
final class BrowserPass: Sendable {
    /// What the holder may do.
    enum Purpose: Sendable {
        /// See which tabs there are.
        case look
        /// Drive; until ``BrowserDoor/leave(_:)``.
        case drive
        /// Find out about the browser or put a session into it, for the door.
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

    /// Whether it is good for an endpoint.
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
/// `BrowserLedger` decides; the door does what takes time, one at a time while others wait: it finds out about a process
/// that nothing is known of, has a session put in, and has what is known written down before anybody is told.
///
/// Lives in one isolation, the server's: every await in it may be passed by others only at the points that say so.
final class BrowserDoor {
    /// How a stored session gets into the browser.
    struct Injection {
        /// Fetches and opens the session. Nothing has reached Chrome when it fails.
        let open: () async throws(RequestRefusal) -> StorageState
        /// Puts it in, within a deadline of its own, since others wait.
        let inject: (StorageState, BrowserPass) async -> Injected
    }

    /// What came of an injection.
    struct Injected {
        /// Whether the browser may be used now.
        let isAccepted: Bool
        /// Called when that is written down, so that who hears of it finds it so.
        let tell: () -> Void
    }

    /// Finds out about a process: a record of it, or nil for one that is fresh.
    typealias Learn = (BrowserPass) async throws(RequestRefusal) -> BrowserRecord?
    /// Writes down what is known of a process.
    typealias Keep = (BrowserRecord, _ browser: String) throws(RequestRefusal) -> Void

    /// What came of what others have waited for.
    private struct Attempt {
        let browser: String
        /// The session it was about; nil when it was about the browser.
        let session: BrowserClaim.Session?
        let refusal: RequestRefusal?
    }

    private let learn: Learn
    private let keep: Keep
    private var ledger = BrowserLedger()
    /// What is written down, of the processes that the ledger knows.
    private var kept: (browser: String, record: BrowserRecord)?
    private var waiting: [CheckedContinuation<Attempt?, Never>] = []
    /// How many attempts have finished.
    private var finished = 0

    /// How many callers wait for what another's call came to.
    var waitingCount: Int { waiting.count }

    /// A door that no caller has come to yet.
    init(learn: @escaping Learn, keep: @escaping Keep) {
        self.learn = learn
        self.keep = keep
    }

    /// Lets a caller in, once that is written down and their session is in the browser, or says why not.
    ///
    /// - Parameters:
    ///   - browser: the id of the Chrome process.
    ///   - claim: the caller, and the stored session that belongs to them.
    ///   - injection: called when that session is to be put in now.
    func enter(
        _ browser: String,
        _ claim: BrowserClaim,
        to use: BrowserLedger.Use,
        _ injection: Injection
    ) async throws(RequestRefusal) -> BrowserPass {
        while true {
            switch ledger.decide(browser, claim, to: use) {
            case .conflict: throw .session(.conflict)
            case .learn: try await findOut(browser)
            case .inject:
                try await inject(browser, claim, injection)
                return BrowserPass(browser, .drive)
            case .admit:
                try admit(browser, use)
                return BrowserPass(browser, use == .drive ? .drive : .look)
            case .wait:
                guard let attempt = await nextAttempt(after: finished), attempt.browser == browser else { continue }
                // A failure is everyone's who waited for it: ten connections in a row shall not wait ten deadlines.
                if let refusal = attempt.refusal, attempt.session == nil || attempt.session == claim.session {
                    throw refusal
                }
            }
        }
    }

    /// Whether who was let in to look may still be shown what there was to see.
    func checkStill(_ pass: BrowserPass, _ claim: BrowserClaim) throws(RequestRefusal) {
        guard ledger.mayLook(pass.browser, claim) else { throw .session(.conflict) }
    }

    /// Ends what a pass to drive gave leave to.
    func leave(_ pass: BrowserPass) {
        if pass.purpose == .drive { ledger.leave(pass.browser) }
    }

    private func admit(_ browser: String, _ use: BrowserLedger.Use) throws(RequestRefusal) {
        guard use == .drive else { return }
        do throws(RequestRefusal) {
            try writeDown(browser)
        } catch {
            ledger.leave(browser)
            throw error
        }
    }

    /// Has what is known of a process written down, unless it is.
    private func writeDown(_ browser: String) throws(RequestRefusal) {
        guard let record = ledger.record(of: browser) else { return }
        if let kept, kept.browser == browser, kept.record == record { return }
        try keep(record, browser)
        kept = (browser, record)
    }

    // MARK: - What others wait for

    private func findOut(_ browser: String) async throws(RequestRefusal) {
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

    /// The session to put in, once it is written down that this is going on.
    private func opened(_ browser: String, _ injection: Injection) async throws(RequestRefusal) -> StorageState {
        do throws(RequestRefusal) {
            let state = try await injection.open()
            try writeDown(browser)
            return state
        } catch {
            ledger.abandon(browser)
            throw error
        }
    }

    /// Waits for an attempt to finish; nil when one has since `count` were.
    private func nextAttempt(after count: Int) async -> Attempt? {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: on the way into this closure others may have their turn.
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
