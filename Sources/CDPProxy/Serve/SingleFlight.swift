/// One call at a time: callers that come while it is under way wait and share its outcome.
///
/// Lives in one isolation.
final class SingleFlight<Value: Sendable> {
    private var isUnderWay = false
    private var waiting: [CheckedContinuation<Value?, Never>] = []

    /// Makes the call, or waits for the one that is under way.
    func value(of call: () async -> Value) async -> Value {
        while isUnderWay {
            if let value = await outcome() { return value }
        }
        isUnderWay = true
        let value = await call()
        isUnderWay = false
        let told = waiting
        waiting = []
        for continuation in told { continuation.resume(returning: value) }
        return value
    }

    /// The outcome of the call under way; nil when that has ended before this one could wait.
    private func outcome() async -> Value? {
        await withCheckedContinuation { continuation in
            // Asked here and not before: on the way into this closure other tasks may have their turn.
            guard isUnderWay else { return continuation.resume(returning: nil) }
            waiting.append(continuation)
        }
    }
}
