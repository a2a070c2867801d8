extension EventLoop {
    /// Suspends the caller, who must be on the loop, until a moment has come; others have their turns meanwhile.
    public func sleep(until moment: Instant) async {
        assertOnLoop()
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // The heap holds the timer until it fires, which it does once: nobody else has it to cancel.
            schedule(LoopTimer { unsafe continuation.resume() }, at: moment)
        }
    }
}
