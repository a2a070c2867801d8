import CLinux
import Glibc
import Synchronization

/// One thread, one epoll instance, one eventfd to be woken by and one timerfd to sleep by. It is also the executor of
/// the code that runs on it, so `async` functions and readiness callbacks take turns on one thread and share their
/// state without a lock. A task that is to run on the loop is started with it as its preferred executor: then nothing it
/// awaits passes through another thread, and calls into an actor of the loop are plain calls.
///
/// A turn waits for events and dispatches them; dispatches one bulk handler, or runs the jobs that are there by then; and
/// fires the timers that are due. Every step is bounded: a handler yields when its budget is spent (``yield(_:)``), a bulk
/// handler is queued each time (``setBulk(_:_:)``), jobs wait for the next turn once this one has lasted its
/// ``turnBudget``, and so do jobs enqueued by jobs.
///
/// `@unchecked Sendable`: every stored property but `inbox`, `owner` and the eventfd is touched only on the loop's thread, which
/// ``assertOnLoop()`` checks at every entrance.
@safe public final class EventLoop: @unchecked Sendable {
    /// When the present turn began. Deadlines count from here; it costs no system call.
    public var now: Instant { turnBegan }
    private var turnBegan = Instant.now()

    /// Where bytes stand between a read and the write that follows it in the same turn: one buffer for all
    /// connections, since none of them keeps anything in it for longer. 64 KiB.
    public let scratch: UnsafeMutableBufferPointer<UInt8>

    private let selector: Selector
    private var slots: [HandlerSlot] = []
    private var agenda = Agenda()
    private var nextNumber: UInt32 = 1
    private var timers = TimerHeap()
    private var armedFor: Instant?
    private var running = false
    /// The timers of ``sleep(until:)`` that have not fired, by their number.
    var sleepers: [UInt64: LoopTimer] = [:]
    var sleepersEver: UInt64 = 0

    private let timer: Descriptor
    private let wakeup: Descriptor
    private let inbox = JobInbox()
    private let owner = Atomic<UInt>(0)

    /// A loop that does nothing before ``run()`` is called.
    public init() throws(Errno) {
        selector = try Selector()
        unsafe scratch = .allocate(capacity: 65_536)
        wakeup = Descriptor(owning: try checked { eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) })
        timer = Descriptor(
            owning: try checked { timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC)) }
        )
        for own in [wakeup.number, timer.number] {
            try selector.add(Registration(descriptor: own, number: 0), levelTriggered: .readable)
        }
    }

    deinit {
        // Of those still registered, and those that left after the last turn.
        for slot in slots { unsafe slot.handler?.release() }
        releaseRetired()
        unsafe scratch.deallocate()
    }

    // MARK: Running

    /// Runs turns on the calling thread until ``stop()``, and then what jobs are left.
    public func run() {
        precondition(owner.load(ordering: .relaxed) == 0, "the loop runs on one thread, once at a time")
        owner.store(UInt(pthread_self()), ordering: .releasing)
        running = true
        inbox.take(into: &agenda.jobs)
        while running || !agenda.jobs.isEmpty {
            turn()
            // A job that was handed over before the end runs, though its wakeup may not have been read.
            if !running { inbox.take(into: &agenda.jobs) }
        }
        owner.store(0, ordering: .releasing)
    }

    /// Ends ``run()`` after the present turn, and wakes the sleepers. On the loop's thread only.
    public func stop() {
        assertOnLoop()
        running = false
        wakeSleepers()
    }

    /// Whether the calling thread is the loop's.
    public var isOnLoop: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Traps unless the caller is on the loop's thread: the rule that stands in for a lock.
    @inline(__always)
    public func assertOnLoop() {
        assert(isOnLoop || owner.load(ordering: .relaxed) == 0, "not on the loop's thread")
    }

    private func turn() {
        let count = selector.wait(forever: agenda.isClear)
        turnBegan = .now()
        for index in 0..<count {
            let (registration, readiness) = selector.event(at: index)
            dispatch(registration, readiness)
        }
        if !agenda.isClear { runAgenda() }
    }

    private func runAgenda() {
        if agenda.takesBulkNext() { dispatchNextBulk() } else { runJobs() }
        if agenda.timerFired { fireTimers() }
        for action in agenda.takeDeferred() { action() }
        releaseRetired()
    }

    private func dispatch(_ registration: Registration, _ readiness: Readiness) {
        if registration.number == 0 { return drainWakeup(registration.descriptor) }
        let slot = slots[Int(registration.descriptor)]
        guard slot.number == registration.number else { return }
        if slot.isBulk { return enqueueBulk(registration, readiness) }
        call(slot, readiness)
    }

    @inline(__always)
    private func call(_ slot: HandlerSlot, _ readiness: Readiness) {
        guard let handler = unsafe slot.handler else { return }
        // The table's retain is given up only at the end of the turn, so the handler outlives this call.
        unsafe handler._withUnsafeGuaranteedRef { $0.ready(readiness, tag: slot.tag) }
    }

    /// Empties the eventfd or the timerfd. Every turn looks at what they announce anyway.
    private func drainWakeup(_ descriptor: Int32) {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
        if descriptor == wakeup.number { inbox.take(into: &agenda.jobs) } else { agenda.timerFired = true }
    }

    // MARK: Descriptors

    /// Starts telling `handler` when the descriptor becomes ready: for both directions and edge-triggered, or for
    /// what is named and as long as it lasts. The loop retains the handler until ``deregister(_:)``.
    public func register(
        _ descriptor: Int32,
        handler: ReadinessHandler,
        tag: UInt8 = 0,
        levelTriggered: Readiness? = nil
    ) throws(Errno) -> Registration {
        assertOnLoop()
        let place = Int(descriptor)
        if place >= slots.count {
            slots.append(contentsOf: repeatElement(HandlerSlot(), count: max(place + 1, slots.count * 2) - slots.count))
        }
        precondition(unsafe slots[place].handler == nil, "a descriptor is registered twice")
        let registration = Registration(descriptor: descriptor, number: nextNumber)
        try selector.add(registration, levelTriggered: levelTriggered)
        nextNumber = nextNumber == .max ? 1 : nextNumber + 1
        unsafe slots[place] = HandlerSlot(handler: .passRetained(handler), number: registration.number, tag: tag)
        return registration
    }

    /// Hands a registered descriptor to another handler. The kernel is not asked, so no edge is repeated: the new
    /// handler must try for itself what the descriptor is ready for.
    public func handOver(_ registration: Registration, to handler: ReadinessHandler, tag: UInt8) {
        assertOnLoop()
        let place = slot(of: registration)
        if let former = unsafe slots[place].handler { unsafe agenda.retired.append(former) }
        unsafe slots[place].handler = .passRetained(handler)
        slots[place].tag = tag
    }

    /// Changes what a level-triggered descriptor is watched for.
    public func watch(_ registration: Registration, for readiness: Readiness) throws(Errno) {
        try selector.change(registration, to: readiness)
    }

    /// Stops telling of a descriptor, which must still be open: first deregister, then close. Events that are on
    /// their way already are dropped.
    ///
    /// When the owner is `closing` it in the same turn, the kernel is not asked to forget it, since the close does that.
    public func deregister(_ registration: Registration, closing: Bool = false) {
        assertOnLoop()
        let place = slot(of: registration)
        if !closing { selector.remove(registration) }
        if let handler = unsafe slots[place].handler { unsafe agenda.retired.append(handler) }
        slots[place] = HandlerSlot()
    }

    private func slot(of registration: Registration) -> Int {
        let place = Int(registration.descriptor)
        precondition(slots[place].number == registration.number, "a registration was used after its end")
        return place
    }

    // MARK: Yielding

    /// Queues the handler behind the others: it is called again, as ready in both directions, after the handlers that are ready
    /// now and those queued before it. A handler calls it before it returns when its budget is spent and more is to do.
    public func yield(_ registration: Registration) {
        assertOnLoop()
        enqueueBulk(registration, [.readable, .writable])
    }

    /// Says whether a descriptor moves much whenever it is ready. Each event of a bulk descriptor is queued, and a turn
    /// dispatches one: so a small message waits for one of them at most, however many there are.
    public func setBulk(_ registration: Registration, _ isBulk: Bool) {
        assertOnLoop()
        slots[slot(of: registration)].isBulk = isBulk
    }

    private func enqueueBulk(_ registration: Registration, _ readiness: Readiness) {
        let place = slot(of: registration)
        if slots[place].pending.isEmpty { agenda.bulkQueue.append(registration) }
        slots[place].pending.formUnion(readiness)
    }

    /// One in a turn: an event that arrives meanwhile waits for no more than one handler's budget.
    private func dispatchNextBulk() {
        guard let registration = agenda.bulkQueue.takeFirst() else { return }
        let place = Int(registration.descriptor)
        let slot = slots[place]
        guard slot.number == registration.number else { return }
        slots[place].pending = []
        call(slot, slot.pending)
    }

    private func releaseRetired() {
        while let handler = unsafe agenda.retired.popLast() { unsafe handler.release() }
    }

    // MARK: Timers

    /// Fires a timer once at a moment; one that was scheduled already is moved.
    public func schedule(_ timer: LoopTimer, at deadline: Instant) {
        assertOnLoop()
        timers.schedule(timer, at: deadline)
        if armedFor.map({ deadline < $0 }) ?? true { arm(for: deadline) }
    }

    /// Takes a timer back. It may have fired already.
    public func cancel(_ timer: LoopTimer) {
        assertOnLoop()
        timers.cancel(timer)
    }

    private func fireTimers() {
        agenda.timerFired = false
        armedFor = nil
        // As many as there are now: a timer that schedules itself for a past moment waits for the next turn.
        for _ in 0..<timers.count {
            guard let due = timers.takeDue(at: now) else { break }
            due.fire()
        }
        // A timer that fired may have armed the timerfd for a later moment than that of one which still waits.
        if let soonest = timers.soonest, armedFor.map({ soonest < $0 }) ?? true { arm(for: soonest) }
    }

    private func arm(for deadline: Instant) {
        var setting = itimerspec()
        // Zero would disarm it.
        let at = max(deadline.nanoseconds, 1)
        setting.it_value = timespec(tv_sec: Int(at / 1_000_000_000), tv_nsec: Int(at % 1_000_000_000))
        _ = unsafe timerfd_settime(timer.number, Int32(TFD_TIMER_ABSTIME), &setting, nil)
        armedFor = deadline
    }

    // MARK: Deferred actions

    /// Runs an action once, when neither jobs nor bulk handlers wait, or some turns later when the loop stays busy: for work
    /// that is better done for several callers at once. On the loop's thread only.
    public func runWhenIdle(_ action: @escaping () -> Void) {
        assertOnLoop()
        agenda.deferred.append(action)
    }

    // MARK: Jobs

    /// Runs jobs that are there by now, in the order they came: at least one, and no more once the turn has lasted its
    /// ``turnBudget``. So a burst of new connections, whose handshakes are jobs, does not hold up live ones.
    private func runJobs() {
        guard !agenda.jobs.isEmpty else { return }
        let enough = now + Self.turnBudget
        for _ in 0..<agenda.jobs.count {
            guard let job = agenda.jobs.takeFirst() else { return }
            unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            guard Instant.now() < enough else { return }
        }
    }

    /// How long a turn may last before jobs wait for the next. As long as a live connection may be kept waiting, since jobs in
    /// one turn cost less than the same jobs each in a turn of their own.
    private static let turnBudget = Duration.microseconds(25)
}

extension EventLoop: SerialExecutor, TaskExecutor {
    /// Takes a job from any thread, to be run on the loop's.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop {
            agenda.jobs.append(job)
        } else if inbox.add(job) {
            var one: UInt64 = 1
            _ = unsafe write(wakeup.number, &one, 8)
        }
    }

    /// The loop as the executor of an actor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// The loop as the executor a task prefers.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }

    /// Whether the caller is isolated to the loop, as `assumeIsolated` asks.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    /// Traps unless the caller is isolated to the loop.
    public func checkIsolated() {
        precondition(isOnLoop, "not on the loop's thread")
    }
}
