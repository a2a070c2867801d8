import Synchronization

/// A clock the test sets, in seconds.
final class ManualTicks: Sendable {
    private let seconds = Mutex(1000.0)

    var now: Double { seconds.withLock { $0 } }

    func advance(by amount: Double) { seconds.withLock { $0 += amount } }
}
