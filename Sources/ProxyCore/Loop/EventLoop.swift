import CLinux
import Glibc
import Synchronization

/// One thread, one epoll instance, one eventfd to be woken by and one timerfd to sleep by. It is also the executor of
/// the code that runs on it, so `async` functions and readiness callbacks take turns on one thread and share their
/// state without a lock. A task that is to run on the loop is started with it as its preferred executor: then nothing it
/// awaits passes through another thread, and calls into an actor of the loop are plain calls.
///
/// A turn: wait for events and tell their handlers; tell one of those in the line, or run jobs that are there by then;
/// fire the timers that are due. Nothing in a turn is unbounded: a handler gives way after a fair share
/// (``yield(_:)``), those that move much stand in the line each time (``setBulk(_:_:)``), jobs are left for the next turn
/// when this one has lasted long enough, and so are jobs enqueued by jobs.
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
    /// Those of ``sleep(until:)`` whose moment has not come, by their number.
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
            // Whoever handed a job over before the end has it run, though its wakeup may not have been heard.
            if !running { inbox.take(into: &agenda.jobs) }
        }
        owner.store(0, ordering: .releasing)
    }

    /// Ends ``run()`` after the present turn, and wakes those who sleep. On the loop's thread only.
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

    /// An event of the eventfd or the timerfd: empties it. What it announces is looked at in every turn anyway.
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

    // MARK: The line

    /// Lets the others have their turn: the handler is told again, ready in both directions, when those who are ready now
    /// and those who stand in the line before it have been. What a handler with more work than its fair share calls
    /// before it returns.
    public func yield(_ registration: Registration) {
        assertOnLoop()
        enqueueBulk(registration, [.readable, .writable])
    }

    /// Says whether a descriptor moves much whenever it is ready. One that does stands in the line first, each time: so
    /// however many there are, whoever has little to say waits for one of them at most.
    public func setBulk(_ registration: Registration, _ isBulk: Bool) {
        assertOnLoop()
        slots[slot(of: registration)].isBulk = isBulk
    }

    private func enqueueBulk(_ registration: Registration, _ readiness: Readiness) {
        let place = slot(of: registration)
        if slots[place].pending.isEmpty { agenda.bulkQueue.append(registration) }
        slots[place].pending.formUnion(readiness)
    }

    /// One in a turn: what has become ready meanwhile waits for no more than one fair share.
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

    /// Takes a timer back; it is no mistake when it has fired.
    public func cancel(_ timer: LoopTimer) {
        assertOnLoop()
        timers.cancel(timer)
    }

    private func fireTimers() {
        agenda.timerFired = false
        armedFor = nil
        // As many as there are now: one that schedules itself for a moment that has come waits for the next turn.
        for _ in 0..<timers.count {
            guard let due = timers.takeDue(at: now) else { break }
            due.fire()
        }
        if armedFor == nil, let soonest = timers.soonest { arm(for: soonest) }
    }

    private func arm(for deadline: Instant) {
        var setting = itimerspec()
        // Zero would disarm it.
        let at = max(deadline.nanoseconds, 1)
        setting.it_value = timespec(tv_sec: Int(at / 1_000_000_000), tv_nsec: Int(at % 1_000_000_000))
        _ = unsafe timerfd_settime(timer.number, Int32(TFD_TIMER_ABSTIME), &setting, nil)
        armedFor = deadline
    }

    // MARK: What can wait

    /// Has something done once, as soon as nothing else is to be done, or some turns later when the loop stays busy: what is
    /// better done for several at once. On the loop's thread only.
    public func runWhenIdle(_ action: @escaping () -> Void) {
        assertOnLoop()
        agenda.deferred.append(action)
    }

    // MARK: Jobs

    /// Runs jobs that are there by now, in the order they came: at least one, and no more once the turn has lasted its
    /// time. So a crowd of newcomers, whose handshakes are jobs, does not hold up those who are connected.
    private func runJobs() {
        guard !agenda.jobs.isEmpty else { return }
        let enough = now + Self.turnBudget
        for _ in 0..<agenda.jobs.count {
            guard let job = agenda.jobs.takeFirst() else { return }
            unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            guard Instant.now() < enough else { return }
        }
    }

    /// How long a turn may last before jobs are left for the next: as long as those who are connected may be kept waiting,
    /// since one job after the other costs less than each between two waits.
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
