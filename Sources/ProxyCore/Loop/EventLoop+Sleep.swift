extension EventLoop {
    /// Suspends the caller until a moment has come or the loop is stopped; the loop goes on meanwhile. On the loop only.
    public func sleep(until moment: Instant) async {
        assertOnLoop()
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // It fires once: at its moment, when the heap has let it go, or before that in `wakeSleepers()`.
            sleepersEver &+= 1
            let number = sleepersEver
            let timer = LoopTimer { [unowned self] in
                sleepers[number] = nil
                unsafe continuation.resume()
            }
            sleepers[number] = timer
            schedule(timer, at: moment)
        }
    }

    /// A loop that has ended looks at no clock, so no timer would wake them.
    func wakeSleepers() {
        for sleeper in Array(sleepers.values) {
            cancel(sleeper)
            sleeper.fire()
        }
    }
}
