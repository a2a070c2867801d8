import Glibc

/// An event loop that runs on a thread of its own. Its owner calls ``stop()`` once, or ``join()`` once after code on the loop
/// has stopped it; without that the thread goes on.
///
/// `@unchecked Sendable`: the thread's name is written once, before the object is shared.
@safe public final class LoopThread: @unchecked Sendable {
    /// The loop; it runs until ``EventLoop/stop()``.
    public let loop: EventLoop
    private var thread = pthread_t()

    /// Starts the thread. It takes no signals, which go to the threads that wait for them.
    public init(_ loop: EventLoop) throws(Errno) {
        self.loop = loop
        let retained = unsafe Unmanaged.passRetained(loop)
        let code = Self.withoutSignals {
            unsafe pthread_create(
                &thread,
                nil,
                { argument in
                    guard let argument = unsafe argument else { return nil }
                    unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                },
                retained.toOpaque()
            )
        }
        guard code == 0 else {
            // No thread has taken the retain over.
            unsafe retained.release()
            throw Errno(code: code)
        }
    }

    /// A thread that is started meanwhile inherits a mask that blocks every signal.
    private static func withoutSignals(_ start: () -> Int32) -> Int32 {
        var (all, before) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        return start()
    }

    /// Ends the loop after its present turn, and waits for that.
    public func stop() async {
        let loop = loop
        await Task(executorPreference: loop) { loop.stop() }.value
        join()
    }

    /// Waits for the loop's end, blocking the calling thread.
    public func join() {
        _ = pthread_join(thread, nil)
    }
}
