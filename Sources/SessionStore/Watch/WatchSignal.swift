import Glibc
import Synchronization

/// What a watching thread and the one caller who waits for news say to each other.
final class WatchSignal: Sendable {
    private struct State {
        var isRung = false
        var isReliable = false
        var isClosed = false
        var waiting: CheckedContinuation<Void, Never>?
        var hasEnded = false
        var waitingForEnd: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    // Both ends are this object's own, and closed once, in `deinit`; -1 where there was no descriptor left.
    private let (wakeupEnd, wakingEnd): (Int32, Int32)

    /// A signal that was not given yet.
    init() {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        // The call writes two numbers. Without them the thread sees after its pause that it is closed.
        if unsafe socketpair(AF_UNIX, kind, 0, &ends) != 0 { ends = [-1, -1] }
        (wakeupEnd, wakingEnd) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(wakeupEnd)
        Glibc.close(wakingEnd)
    }

    /// Whether nothing more is to be watched.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Whether all that is new is told of, as far as the thread knows.
    var isReliable: Bool { state.withLock { $0.isReliable } }

    /// Says that there may be news.
    func ring(isReliable: Bool) {
        let waiting = state.withLock { state in
            state.isReliable = isReliable
            state.isRung = state.waiting == nil
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Waits for ``ring(isReliable:)``, or for one since the last call; not after ``close()``.
    func next() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isNow = state.withLock { state in
                guard !state.isRung, !state.isClosed else {
                    state.isRung = false
                    return true
                }
                precondition(state.waiting == nil, "one caller waits")
                state.waiting = continuation
                return false
            }
            if isNow { continuation.resume() }
        }
    }

    /// Ends the wait of both.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
        // From now on the other end is readable: every later pause ends at once too.
        shutdown(wakingEnd, Int32(SHUT_RDWR))
    }

    /// Says, as the thread's last word, that it has ended.
    func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waitingForEnd = nil }
            return state.waitingForEnd
        }
        waiting?.resume()
    }

    /// Waits for the thread's end, unless it is busy with a database that does not answer.
    func ended() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isNow = state.withLock { state in
                guard state.isReliable, !state.hasEnded else { return true }
                precondition(state.waitingForEnd == nil, "one caller waits")
                state.waitingForEnd = continuation
                return false
            }
            if isNow { continuation.resume() }
        }
    }

    /// Blocks the thread for so long, until ``close()``, or until the descriptor is readable, which it returns.
    @discardableResult
    func pause(_ time: Duration, or descriptor: Int32 = -1) -> Bool {
        var watched = [wakeupEnd, descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = Int32(clamping: Int64((max(time, .zero) / .milliseconds(1)).rounded(.up)))
        // The array outlives the call, which writes only to it.
        return unsafe poll(&watched, nfds_t(watched.count), milliseconds) > 0 && watched[1].revents != 0
    }
}
