import Dispatch

/// The one door through which blocking database work leaves the event loop: a serial queue of its own, as an executor.
///
/// Jobs run one after another, never on the thread of a caller. Dispatch takes the thread back while nothing is asked.
final class StoreQueue: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue that profilers and debuggers show under `label`.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Takes a job of the actor this executor belongs to.
    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { unsafe unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Traps unless called from a job of this queue.
    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
