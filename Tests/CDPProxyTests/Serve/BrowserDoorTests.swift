import ProxyCore
import SessionInjector
import TestSupport
import Testing

@testable import CDPProxy

/// The door at work: which callers wait for which, and which record is kept before a caller is let in.
@Suite struct BrowserDoorTests {
    /// A door whose slow work lasts until the test ends it.
    private actor Host {
        private var made: BrowserDoor?
        private var door: BrowserDoor {
            if let made { return made }
            let door = BrowserDoor(
                learn: { _ throws(RequestRefusal) in
                    self.learned += 1
                    return nil
                },
                keep: { record, _ throws(RequestRefusal) in
                    guard !self.keepFails else { throw .session(.stateUnavailable) }
                    self.written.append("\(record)".prefix { $0 != "(" }.description)
                }
            )
            made = door
            return door
        }
        private var gate: CheckedContinuation<Bool, Never>?
        private(set) var learned = 0
        private(set) var injections = 0
        private(set) var written: [String] = []
        private var keepFails = false
        private var openingFails = false

        var waiting: Int { door.waitingCount }
        var isInjecting: Bool { gate != nil }

        func failToKeep(_ fails: Bool) { keepFails = fails }
        func failToOpen(_ fails: Bool) { openingFails = fails }

        /// The answer to a caller of user u, whose injection lasts until `finish`.
        func enter(_ browser: String, _ stored: String?, user: String = "u") async -> String {
            let claim = BrowserClaim(
                BrowserCaller(userID: user, sessionID: "s"),
                session: stored.map { BrowserClaim.Session(id: $0, userID: user) }
            )
            do throws(RequestRefusal) {
                _ = try await door.enter(browser, claim, to: .drive, injection)
                return "in"
            } catch {
                return error.reason
            }
        }

        private static var state: StorageState {
            do { return try StorageState(parsing: Array("{\"cookies\":[]}".utf8)) } catch {
                preconditionFailure("\(error)")
            }
        }

        private var injection: BrowserDoor.Injection {
            BrowserDoor.Injection(
                open: { () async throws(RequestRefusal) in
                    guard !self.openingFails else { throw .session(.unreadable(.noState)) }
                    return Self.state
                },
                inject: { _, _ in
                    self.injections += 1
                    return BrowserDoor.Injected(
                        isAccepted: await withCheckedContinuation { self.gate = $0 },
                        tell: {}
                    )
                }
            )
        }

        func finish(accepted: Bool) {
            gate?.resume(returning: accepted)
            gate = nil
        }
    }

    /// Starts three callers for one session and one for none, and waits until three wait for the first.
    private func crowd(_ host: Host) async -> [Task<String, Never>] {
        var tasks = [Task { await host.enter("b", "s") }]
        while await !host.isInjecting { await Task.yield() }
        for stored in ["s", "s", nil] { tasks.append(Task { await host.enter("b", stored) }) }
        while await host.waiting < 3 { await Task.yield() }
        return tasks
    }

    @Test func oneInjectsAndTheOthersWait() async {
        let host = Host()
        let tasks = await crowd(host)
        #expect(await host.written == ["injecting"], "before anything is sent to Chrome")
        #expect(await host.enter("b", "other") == "conflict")
        await host.finish(accepted: true)
        for task in tasks { #expect(await task.value == "in") }
        #expect(await host.enter("b", "s") == "in")
        #expect(await host.injections == 1)
        #expect(await host.learned == 1)
        #expect(await host.written == ["injecting", "holding"])
    }

    @Test func aFailureIsSharedByThoseWhoWaited() async {
        let host = Host()
        let tasks = await crowd(host)
        await host.finish(accepted: false)
        for task in tasks.prefix(3) { #expect(await task.value == "injection_failed") }
        #expect(await tasks[3].value == "conflict", "no other caller gets a half-injected browser")
        let retry = Task { await host.enter("b", "s") }
        while await !host.isInjecting { await Task.yield() }
        await host.finish(accepted: true)
        #expect(await retry.value == "in")
        #expect(await host.injections == 2)
    }

    @Test func anotherBrowserDoesNotWait() async {
        let host = Host()
        let tasks = await crowd(host)
        #expect(await host.enter("b2", nil) == "in")
        await host.finish(accepted: true)
        for task in tasks { #expect(await task.value == "in") }
    }

    @Test func nobodyIsLetInBeforeItIsWrittenDown() async {
        let host = Host()
        await host.failToKeep(true)
        #expect(await host.enter("b", nil) == "state_unavailable")
        #expect(await host.enter("b", "s") == "state_unavailable")
        #expect(await host.injections == 0)
        await host.failToKeep(false)
        #expect(await host.enter("b", nil) == "in")
        #expect(await host.written == ["bare"])
        #expect(await host.enter("b", nil, user: "other") == "conflict")
    }

    @Test func aSessionThatDoesNotOpenLeavesTheBrowserAsItWas() async {
        let host = Host()
        await host.failToOpen(true)
        #expect(await host.enter("b", "s") == "session_unreadable")
        #expect(await host.written.isEmpty)
        #expect(await host.enter("b", nil, user: "other") == "in", "nothing of the session is in there")
    }
}
