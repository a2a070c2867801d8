/// What a loop is to do in a turn besides telling of events. In most turns there is nothing, which one look tells.
///
/// `@safe`: what it points to is retained until it is released here.
@safe struct Agenda {
    /// Jobs to run.
    var jobs = FIFOQueue<UnownedJob>()
    /// Who waits to be told that a descriptor is ready: one of them in a turn.
    var bulkQueue = FIFOQueue<Registration>()
    /// What is done when there is nothing else to do.
    var deferred: [() -> Void] = []
    /// Whether it was the line that had its turn last.
    private var bulkWasLast = false
    /// How often there was something else to do.
    var turnsDeferred = 0
    /// Whether the moment has passed that the timerfd was set to.
    var timerFired = false
    /// Handlers that are registered no more: they live to the end of the turn.
    var retired: [Unmanaged<ReadinessHandler>] = unsafe []

    /// Whether there is nothing to do.
    @inline(__always)
    var isClear: Bool { unsafe isIdle && deferred.isEmpty && !timerFired && retired.isEmpty }

    /// Whether nobody waits, so that what was put off may be done.
    @inline(__always)
    var isIdle: Bool { jobs.isEmpty && bulkQueue.isEmpty }

    /// Whether it is the line's turn rather than the jobs': each has every other one when both wait, so that a message
    /// which comes meanwhile waits for one of them and not for both.
    mutating func takesBulkNext() -> Bool {
        bulkWasLast = !bulkQueue.isEmpty && (jobs.isEmpty || !bulkWasLast)
        return bulkWasLast
    }

    /// Takes out what was put off, if now is the time for it.
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
