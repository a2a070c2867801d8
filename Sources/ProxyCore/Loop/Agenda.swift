/// The work of a turn besides dispatching events: jobs, bulk handlers, timers. In most turns there is none, which one look
/// tells.
///
/// `@safe`: what it points to is retained until it is released here.
@safe struct Agenda {
    /// Jobs to run.
    var jobs = FIFOQueue<UnownedJob>()
    /// Bulk handlers that wait for their turn: the loop dispatches one of them in a turn.
    var bulkQueue = FIFOQueue<Registration>()
    /// Actions for the moment when neither jobs nor bulk handlers wait.
    var deferred: [() -> Void] = []
    /// Whether the last turn dispatched a bulk handler, not jobs.
    private var bulkWasLast = false
    /// For how many turns the deferred actions have waited.
    var turnsDeferred = 0
    /// Whether the timerfd has fired.
    var timerFired = false
    /// Handlers that were deregistered in this turn: they live until its end.
    var retired: [Unmanaged<ReadinessHandler>] = unsafe []

    /// Whether the loop may sleep.
    @inline(__always)
    var isClear: Bool { unsafe isIdle && deferred.isEmpty && !timerFired && retired.isEmpty }

    /// Whether neither jobs nor bulk handlers wait, so that deferred actions may run.
    @inline(__always)
    var isIdle: Bool { jobs.isEmpty && bulkQueue.isEmpty }

    /// Whether this turn dispatches a bulk handler rather than jobs. They alternate while both wait, so that a message that
    /// arrives meanwhile waits for one of them and not for both.
    mutating func takesBulkNext() -> Bool {
        bulkWasLast = !bulkQueue.isEmpty && (jobs.isEmpty || !bulkWasLast)
        return bulkWasLast
    }

    /// Takes out the deferred actions, if they may run now.
    mutating func takeDeferred() -> [() -> Void] {
        guard !deferred.isEmpty else { return [] }
        turnsDeferred += 1
        guard isIdle || turnsDeferred >= Self.mostTurnsDeferred else { return [] }
        turnsDeferred = 0
        defer { deferred = [] }
        return deferred
    }

    private static let mostTurnsDeferred = 32
}
