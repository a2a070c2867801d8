public import ProxyCore

/// Lets code on a loop wait for what events bring about: whoever notes an event tells the waiting, who look again. A
/// wait that takes too long fails, so that a test never hangs.
///
/// `@unchecked Sendable`: everything is touched on the loop's thread only, which the loop asserts where it is asked.
/// `@safe`: a continuation is taken out of its list before it is resumed.
@safe public final class EventWait: @unchecked Sendable {
    /// What was waited for did not happen.
    public struct Overdue: Error {
        /// What was waited for.
        public let what: String

        /// An error that names it.
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

    /// Nobody waits yet.
    public init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Something happened: those whose wait is over go on.
    public func changed() {
        loop.assertOnLoop()
        let over = waiting.filter { $0.isOver() }
        waiting.removeAll { $0.isOver() }
        for wait in over {
            if let timer = wait.timer { loop.cancel(timer) }
            wait.resume(true)
        }
    }

    /// Waits until something holds; fails after a minute.
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
