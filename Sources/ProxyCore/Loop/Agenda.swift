/// What a loop is to do in a turn besides telling of events. In most turns there is nothing, which one look tells.
///
/// `@safe`: what it points to is retained until it is released here.
@safe struct Agenda {
    /// Jobs to run.
    var jobs = WaitingLine<UnownedJob>()
    /// Who waits to be told that a descriptor is ready: one of them in a turn.
    var line = WaitingLine<Registration>()
    /// What is done when there is nothing else to do.
    var putOff: [() -> Void] = []
    /// Whether it was the line that had its turn last.
    private var lineWasLast = false
    /// How often there was something else to do.
    var turnsPutOff = 0
    /// Whether the moment has passed that the timerfd was set to.
    var hasRung = false
    /// Handlers that are registered no more: they live to the end of the turn.
    var retired: [Unmanaged<ReadinessHandler>] = unsafe []

    /// Whether there is nothing to do.
    @inline(__always)
    var isClear: Bool { unsafe isIdle && putOff.isEmpty && !hasRung && retired.isEmpty }

    /// Whether nobody waits, so that what was put off may be done.
    @inline(__always)
    var isIdle: Bool { jobs.isEmpty && line.isEmpty }

    /// Whether it is the line's turn rather than the jobs': each has every other one when both wait, so that a message
    /// which comes meanwhile waits for one of them and not for both.
    mutating func takesFromLine() -> Bool {
        lineWasLast = !line.isEmpty && (jobs.isEmpty || !lineWasLast)
        return lineWasLast
    }

    /// Takes out what was put off, if now is the time for it.
    mutating func takePutOff() -> [() -> Void] {
        guard !putOff.isEmpty else { return [] }
        turnsPutOff += 1
        guard isIdle || turnsPutOff >= Self.mostTurnsPutOff else { return [] }
        turnsPutOff = 0
        defer { putOff = [] }
        return putOff
    }

    private static let mostTurnsPutOff = 32
}
