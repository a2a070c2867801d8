/// An action at a moment, on the loop's thread. Its owner keeps it and may schedule it again and again.
public final class LoopTimer {
    fileprivate(set) var deadline = Instant(nanoseconds: .max)
    fileprivate var place = -1
    let fire: () -> Void

    /// A timer that calls `fire` on the loop's thread each time its moment has come.
    public init(_ fire: @escaping () -> Void) {
        self.fire = fire
    }

    /// Whether a moment is set that has not come yet.
    public var isScheduled: Bool { place >= 0 }
}

/// The scheduled timers, soonest first: a binary heap whose members know their place, so that one is moved or taken
/// out in logarithmic time.
struct TimerHeap {
    private var timers: [LoopTimer] = []

    /// How many timers are scheduled.
    var count: Int { timers.count }

    /// The soonest deadline, if any timer is scheduled.
    var soonest: Instant? { timers.first?.deadline }

    /// Schedules a timer, or moves it when it was scheduled already.
    mutating func schedule(_ timer: LoopTimer, at deadline: Instant) {
        timer.deadline = deadline
        if timer.place < 0 {
            timer.place = timers.count
            timers.append(timer)
        }
        siftUp(timer.place)
        siftDown(timer.place)
    }

    /// Takes a timer out, if it is scheduled.
    mutating func cancel(_ timer: LoopTimer) {
        let place = timer.place
        guard place >= 0 else { return }
        let last = timers.removeLast()
        timer.place = -1
        guard last !== timer else { return }
        put(last, at: place)
        siftUp(place)
        siftDown(last.place)
    }

    /// Takes out the soonest timer if its moment has come.
    mutating func takeDue(at now: Instant) -> LoopTimer? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        cancel(first)
        return first
    }

    private mutating func put(_ timer: LoopTimer, at place: Int) {
        timers[place] = timer
        timer.place = place
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        let timer = timers[place]
        while place > 0 {
            let parent = (place - 1) / 2
            guard timer.deadline < timers[parent].deadline else { break }
            put(timers[parent], at: place)
            place = parent
        }
        put(timer, at: place)
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        let timer = timers[place]
        while true {
            var child = 2 * place + 1
            guard child < timers.count else { break }
            if child + 1 < timers.count, timers[child + 1].deadline < timers[child].deadline { child += 1 }
            guard timers[child].deadline < timer.deadline else { break }
            put(timers[child], at: place)
            place = child
        }
        put(timer, at: place)
    }
}
