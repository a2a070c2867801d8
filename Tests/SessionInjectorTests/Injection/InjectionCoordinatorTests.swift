import ProxyCore
import Testing

@testable import SessionInjector

/// The server's part: one isolation that connections share.
private actor Host {
    private let coordinator: InjectionCoordinator
    private var gate: CheckedContinuation<InjectionReport, Never>?
    private(set) var injections = 0

    init(_ policy: InjectionCoordinator.FailurePolicy) {
        coordinator = InjectionCoordinator(failurePolicy: policy)
    }

    var waiting: Int { coordinator.waitingCount }
    var isInjecting: Bool { gate != nil }

    /// A connection whose injection lasts until `finish`.
    func connect(_ browser: String, _ session: String?) async -> InjectionCoordinator.Admission {
        await coordinator.admit(
            browser: browser,
            InjectionClaim(session: session, userID: "u"),
            isDriven: { false },
            inject: {
                injections += 1
                return await withCheckedContinuation { gate = $0 }
            }
        )
    }

    func finish(_ report: InjectionReport) {
        gate?.resume(returning: report)
        gate = nil
    }
}

@Suite struct InjectionCoordinatorTests {
    private static let failure = InjectionReport(failure: .unexpectedAnswer(method: "any"))
    private static var success: InjectionReport {
        get throws {
            InjectionReport(plan: InjectionPlan(try StorageState(parsing: Array(#"{"cookies":[]}"#.utf8)), now: 0))
        }
    }

    /// Starts three connections for one session and one for none, and waits until three wait for the first.
    private func crowd(_ host: Host) async -> [Task<InjectionCoordinator.Admission, Never>] {
        var tasks = [Task { await host.connect("b", "s") }]
        while await !host.isInjecting { await Task.yield() }
        for session in ["s", "s", nil] { tasks.append(Task { await host.connect("b", session) }) }
        while await host.waiting < 3 { await Task.yield() }
        return tasks
    }

    @Test func oneInjectsAndTheOthersWait() async throws {
        let host = Host(.closed)
        let tasks = await crowd(host)
        #expect(await host.connect("b", "other") == .conflict)
        await host.finish(try Self.success)
        for task in tasks { #expect(await task.value == .admitted(try Self.success)) }
        #expect(await host.connect("b", "s") == .admitted(try Self.success))
        #expect(await host.injections == 1)
    }

    @Test func aFailureIsSharedByThoseWhoWaited() async throws {
        let host = Host(.closed)
        let tasks = await crowd(host)
        await host.finish(Self.failure)
        for task in tasks.prefix(3) { #expect(await task.value == .refused(Self.failure)) }
        #expect(await tasks[3].value == .conflict, "a half-injected browser is nobody else's")
        let retry = Task { await host.connect("b", "s") }
        while await !host.isInjecting { await Task.yield() }
        await host.finish(try Self.success)
        #expect(await retry.value == .admitted(try Self.success))
        #expect(await host.injections == 2)
    }

    @Test func openLetsAFailurePass() async throws {
        let host = Host(.open)
        let tasks = await crowd(host)
        await host.finish(Self.failure)
        for task in tasks { #expect(await task.value == .admitted(Self.failure)) }
        #expect(await host.injections == 1)
    }

    @Test func anotherBrowserDoesNotWait() async throws {
        let host = Host(.closed)
        let tasks = await crowd(host)
        #expect(await host.connect("b2", nil) == .admitted(nil))
        await host.finish(try Self.success)
        for task in tasks { #expect(await task.value == .admitted(try Self.success)) }
    }
}
