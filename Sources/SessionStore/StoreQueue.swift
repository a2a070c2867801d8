import Dispatch

/// The executor of blocking database work: a serial queue of its own. All such work leaves the event loop through it.
///
/// Jobs run one after another, never on a caller's thread. Dispatch reclaims the thread while the queue is empty.
final class StoreQueue: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue that profilers and debuggers show under `label`.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Queues a job of the actor that this executor belongs to.
    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { unsafe unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Traps unless called from a job of this queue.
    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
