import NIOCore
import ProxyCore
import Synchronization

/// The places of a listener, shared by its connections, whatever thread each is on; see ``Seating`` for who has to go.
///
/// The listener lets in one more than there are places, so that somebody goes for it, a silent one most of all; when
/// nobody can, it is served all the same, and the next wait until somebody can.
final class ConnectionPlaces: Sendable {
    private struct State {
        var seating: Seating
        var doors: [UInt64: @Sendable () -> Void] = [:]
        var lastSeat: UInt64 = 0
        var isTimerSet = false
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Instant

    /// So many places, all free.
    init(_ count: Int, clock: @escaping @Sendable () -> Instant = { .now() }) {
        state = Mutex(State(seating: Seating(places: count)))
        self.clock = clock
    }

    /// How many connections there are.
    var taken: Int { state.withLock { $0.seating.count } }

    /// Somebody has come; `close` shows them out, from any thread. Returns the number of their seat.
    func enter(on loop: any NIOCore.EventLoop, close: @escaping @Sendable () -> Void) -> UInt64 {
        let seat = state.withLock { state in
            state.lastSeat += 1
            state.doors[state.lastSeat] = close
            state.seating.move(state.lastSeat, to: .silent, at: clock())
            return state.lastSeat
        }
        settle(on: loop)
        return seat
    }

    /// Somebody comes to stand otherwise.
    func move(_ seat: UInt64, to standing: Seating.Standing, on loop: any NIOCore.EventLoop) {
        state.withLock { $0.seating.move(seat, to: standing, at: clock()) }
        if standing != .busy { settle(on: loop) }
    }

    /// Somebody is gone.
    func leave(_ seat: UInt64) {
        state.withLock { state in
            state.seating.leave(seat)
            state.doors[seat] = nil
        }
    }

    /// Shows out whoever has to go, and comes back when somebody may have to later.
    private func settle(on loop: any NIOCore.EventLoop) {
        while true {
            let (door, pause) = state.withLock { state -> ((@Sendable () -> Void)?, Duration?) in
                switch state.seating.next(at: clock()) {
                case .nothing: return (nil, nil)
                case .send(let seat): return (state.doors[seat], nil)
                case .wait(let moment):
                    guard !state.isTimerSet else { return (nil, nil) }
                    state.isTimerSet = true
                    return (nil, moment.since(clock()))
                }
            }
            if let pause { return comeBack(in: pause, on: loop) }
            guard let door else { return }
            door()
        }
    }

    private func comeBack(in pause: Duration, on loop: any NIOCore.EventLoop) {
        loop.scheduleTask(in: TimeAmount(pause) + .milliseconds(1)) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isTimerSet = false }
            settle(on: loop)
        }
    }
}
