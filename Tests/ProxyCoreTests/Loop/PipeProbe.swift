import Glibc
import ProxyCore

/// A pipe whose reading end is registered with a loop, and what the loop told of it.
@safe final class PipeProbe: ReadinessHandler {
    /// What was told, in order.
    private(set) var told: [Readiness] = []
    /// What the handler does each time it is told.
    var onReady: () -> Void = {}

    let pipe: Pipe
    private(set) var registration: Registration?
    private let loop: EventLoop

    /// Registers the reading end of a new pipe.
    init(on loop: EventLoop, tag: UInt8 = 0) throws {
        self.loop = loop
        pipe = try Pipe(capacity: 4_096)
        super.init()
        registration = try loop.register(pipe.output.number, handler: self, tag: tag)
    }

    /// Makes the reading end readable, which is an edge each time.
    func ring() {
        var byte: UInt8 = 1
        _ = unsafe write(pipe.input.number, &byte, 1)
    }

    /// Closes the writing end, whose number stays in use, so that it is not closed twice.
    func endWriting() {
        let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        dup2(null, pipe.input.number)
        close(null)
    }

    /// Puts the reading end of another pipe in this one's place, as when a number is closed and used again at once;
    /// the other one is then known under this one's number.
    func replace(by other: borrowing Pipe, handler: ReadinessHandler) throws -> Registration {
        leave()
        // Closes this number and opens it anew in one call, so that no other test's thread takes it in between.
        dup2(other.output.number, pipe.output.number)
        return try loop.register(pipe.output.number, handler: handler)
    }

    /// Ends the registration.
    func leave() {
        if let registration { loop.deregister(registration) }
        registration = nil
    }

    override func ready(_ readiness: Readiness, tag: UInt8) {
        told.append(readiness)
        onReady()
    }
}

/// A handler that notes what it is told, registered by the test.
final class Listener: ReadinessHandler {
    private(set) var tags: [UInt8] = []
    var onReady: () -> Void = {}

    override func ready(_ readiness: Readiness, tag: UInt8) {
        tags.append(tag)
        onReady()
    }
}

extension EventLoop {
    /// Lets the loop take whole turns: a job that is enqueued by a job runs in the turn after.
    func turns(_ count: Int) async {
        for _ in 0..<count { await Task.yield() }
    }
}
