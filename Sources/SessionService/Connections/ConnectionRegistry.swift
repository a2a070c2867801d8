import NIOCore
import ProxyCore
import Synchronization

/// The connections of a listener, on whatever thread each runs. It closes one when there is one too many;
/// ``EvictionPolicy`` chooses it.
///
/// The listener accepts one connection beyond the limit. If no connection can be closed for it, it is served all the
/// same, and the listener accepts the next one only when one has ended.
final class ConnectionRegistry: Sendable {
    private struct State {
        var policy: EvictionPolicy
        var closes: [UInt64: @Sendable () -> Void] = [:]
        var lastID: UInt64 = 0
        var isTimerSet = false
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Instant

    /// A registry for at most `limit` connections.
    init(limit: Int, clock: @escaping @Sendable () -> Instant = { .now() }) {
        state = Mutex(State(policy: EvictionPolicy(limit: limit)))
        self.clock = clock
    }

    /// The number of connections.
    var count: Int { state.withLock { $0.policy.count } }

    /// Adds a new connection and returns its id. `close` closes it, from any thread.
    func add(on loop: any NIOCore.EventLoop, close: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { state in
            state.lastID += 1
            state.closes[state.lastID] = close
            state.policy.update(state.lastID, to: .silent, at: clock())
            return state.lastID
        }
        evict(on: loop)
        return id
    }

    /// Notes what a connection is doing now.
    func update(_ id: UInt64, to activity: EvictionPolicy.Activity, on loop: any NIOCore.EventLoop) {
        state.withLock { $0.policy.update(id, to: activity, at: clock()) }
        if activity != .busy { evict(on: loop) }
    }

    /// Removes a closed connection.
    func remove(_ id: UInt64) {
        state.withLock { state in
            state.policy.remove(id)
            state.closes[id] = nil
        }
    }

    /// Closes connections while there are too many. Sets a timer if one may be closed only later.
    private func evict(on loop: any NIOCore.EventLoop) {
        while true {
            let (close, pause) = state.withLock { state -> ((@Sendable () -> Void)?, Duration?) in
                switch state.policy.next(at: clock()) {
                case .nothing: return (nil, nil)
                case .evict(let id): return (state.closes[id], nil)
                case .wait(let moment):
                    guard !state.isTimerSet else { return (nil, nil) }
                    state.isTimerSet = true
                    return (nil, moment.since(clock()))
                }
            }
            if let pause { return evict(after: pause, on: loop) }
            guard let close else { return }
            close()
        }
    }

    private func evict(after pause: Duration, on loop: any NIOCore.EventLoop) {
        loop.scheduleTask(in: TimeAmount(pause) + .milliseconds(1)) { [weak self] in
            guard let self else { return }
            state.withLock { $0.isTimerSet = false }
            evict(on: loop)
        }
    }
}
