import Glibc

/// An event loop running on a thread of its own, for a program whose other threads are not ours. ``stop()``, or
/// ``join()`` once somebody on the loop has said stop, is called once and by one; without it the thread goes on.
///
/// `@unchecked Sendable`: the thread's name is written once, before anyone else sees it.
@safe public final class LoopThread: @unchecked Sendable {
    /// The loop; it runs until somebody on it says stop.
    public let loop: EventLoop
    private var thread = pthread_t()

    /// Starts the thread. Signals are none of its business: they go to the threads that wait for them.
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
            // No thread took it over.
            unsafe retained.release()
            throw Errno(code: code)
        }
    }

    /// What is started meanwhile inherits a mask that lets no signal in.
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
