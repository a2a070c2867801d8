public import ProxyCore

/// Lets code on a loop wait for a condition. After each event the test's helper calls `changed`, and every waiter
/// checks its condition again. A wait that takes longer than a minute fails, so that a test never hangs.
///
/// `@unchecked Sendable`: only the loop's thread uses it, and the loop asserts that.
/// `@safe`: a continuation leaves its list before it is resumed.
@safe public final class EventWait: @unchecked Sendable {
    /// The condition did not become true in time.
    public struct Overdue: Error {
        /// The condition, in words.
        public let what: String

        /// An error that names the condition.
        public init(what: String) { self.what = what }
    }

    @safe private final class Waiting {
        let isOver: () -> Bool
        var continuation: UnsafeContinuation<Bool, Never>?
        var timer: LoopTimer?

        init(_ isOver: @escaping () -> Bool) { self.isOver = isOver }

        func resume(_ happened: Bool) {
            guard let waiting = unsafe continuation else { return }
            unsafe continuation = nil
            unsafe waiting.resume(returning: happened)
        }
    }

    private let loop: EventLoop
    private var waiting: [Waiting] = []

    /// A wait list without waiters.
    public init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Checks all conditions, and resumes the waiters whose condition is true.
    public func changed() {
        loop.assertOnLoop()
        let over = waiting.filter { $0.isOver() }
        waiting.removeAll { $0.isOver() }
        for wait in over {
            if let timer = wait.timer { loop.cancel(timer) }
            wait.resume(true)
        }
    }

    /// Waits until a condition is true; fails after a minute.
    public func until(_ what: String, _ isOver: @escaping () -> Bool) async throws {
        loop.assertOnLoop()
        guard !isOver() else { return }
        let wait = Waiting(isOver)
        let timer = LoopTimer { [weak wait] in wait?.resume(false) }
        wait.timer = timer
        loop.schedule(timer, at: loop.now + .seconds(60))
        waiting.append(wait)
        let happened = await unsafe withUnsafeContinuation { unsafe wait.continuation = $0 }
        if !happened { throw Overdue(what: what) }
    }
}
