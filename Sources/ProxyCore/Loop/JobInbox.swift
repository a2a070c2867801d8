import Synchronization

/// Jobs that other threads hand to the loop.
///
/// Any thread may add; only the loop takes. `wakePending` tells an adder whether a wakeup is already on its way, so a burst
/// of jobs costs one write to the eventfd.
struct JobInbox: ~Copyable, Sendable {
    private let jobs = Mutex<[UnownedJob]>([])
    private let wakePending = Atomic<Bool>(false)

    /// Adds a job from any thread; true when the caller must wake the loop.
    func add(_ job: UnownedJob) -> Bool {
        jobs.withLock { $0.append(job) }
        return !wakePending.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// Moves all jobs to the loop's own queue. The flag falls before the jobs are taken: a job added in between causes one
    /// wakeup too many, never one too few. It is an exchange and not a store, so that it sees the jobs of every adder that
    /// found the flag up.
    func take(into line: inout FIFOQueue<UnownedJob>) {
        _ = wakePending.exchange(false, ordering: .acquiringAndReleasing)
        jobs.withLock { waiting in
            for job in waiting { line.append(job) }
            waiting.removeAll(keepingCapacity: true)
        }
    }
}
