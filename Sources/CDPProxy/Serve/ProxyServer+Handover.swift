import Glibc
import ProxyCore

// A hand-over, from both sides. The old process stops to accept and lets the requests under way come to their end, so that no
// decision over a credential or a browser is open; tells what it knows; and gives its place away by one word. Meanwhile new
// connections wait in the queue of the socket, which both have.

extension ProxyServer {
    // MARK: To another process

    /// Has the program that stands now where this one was started from take this one's place. Whatever goes wrong before it has, this
    /// process goes on as before.
    func handOver() async {
        let begin = Instant.now()
        do throws(HandoverFailure) {
            try checkMayHandOver()
            try await handOver(by: begin + settings.handoverDeadline)
            context.log.record(
                .info,
                "handed_over",
                [
                    "pid": .integer(Int(successor?.id ?? 0)), "connections": .integer(parts.fleet.connected),
                    "seconds": .number(Instant.now().since(begin).inSeconds),
                ]
            )
        } catch {
            context.metrics.handovers[error.rawValue].increment()
            context.log.record(.error, "handover_failed", ["reason": .string(error.rawValue)])
            return
        }
        handedOver()
        await followSuccessor()
    }

    /// Clients whose request has not come whole are not closed, as they are when the process is to end: each is told to come again
    /// when it has.
    private func handedOver() {
        for each in [listener, adminListener] { each?.close() }
        parts.browser.downloads.close()
        parts.shutdown.stop()
        stopIfEmpty()
    }

    private func checkMayHandOver() throws(HandoverFailure) {
        if parts.shutdown.isHandingOver || successor != nil { throw .underWay }
        if parts.shutdown.isDraining { throw .draining }
        if getpid() == 1 { throw .firstProcess }
    }

    private func handOver(by deadline: Instant) async throws(HandoverFailure) {
        guard let clients = listener?.number, let operators = adminListener?.number else { throw .draining }
        let successor = try Successor(clients: clients, operators: operators, on: loop)
        self.successor = successor
        parts.shutdown.isHandingOver = true
        defer { parts.shutdown.isHandingOver = false }
        context.log.record(.info, "handing_over", ["pid": .integer(Int(successor.id))])
        do throws(HandoverFailure) {
            try await successor.hear(.ready, by: deadline)
            for each in [listener, adminListener] { each?.pause() }
            try await settle(by: deadline)
            try await successor.tell(parts.handover(now: context.clock()) + [HandoverWord.told.line])
            try await successor.hear(.taken, by: deadline)
            guard !wasToldToStop else { throw .draining }
            try await successor.tell([HandoverWord.go.line])
            ServiceManager.tellMainProcess(successor.id)
            passRevocationsOn()
        } catch {
            if !parts.shutdown.isStopping { successor.end() }
            self.successor = nil
            parts.open()
            for each in [listener, adminListener] { each?.resume() }
            throw error
        }
    }

    /// Waits until no decision is open, and lets none begin. Clients whose request has not come whole by then are told to come again.
    private func settle(by deadline: Instant) async throws(HandoverFailure) {
        let patience = min(loop.now + Self.patience, deadline)
        while !parts.isSettled(withHalfOpen: loop.now < patience) {
            guard loop.now < deadline else { throw .busy }
            await loop.sleep(until: .now() + Self.pause)
        }
        parts.close()
    }

    /// Stops once no decision is open, or clients have taken too long for their requests.
    func stopSettled() async {
        listener?.close()
        let patience = loop.now + Self.patience
        while loop.now < patience, !parts.isSettled(withHalfOpen: true) {
            await loop.sleep(until: .now() + Self.pause)
        }
        stop()
    }

    /// How long clients may take for what is left of their requests. All new ones wait meanwhile.
    private static let patience: Duration = .seconds(1)
    /// How often it is looked whether requests have ended.
    private static let pause: Duration = .milliseconds(2)

    /// Takes up what the new process tells, until one of the two ends.
    private func followSuccessor() async {
        while let line = await successor?.next() { parts.revocations.take(line) }
    }

    /// Has the other process told what is revoked here: its connections are not known here.
    private func passRevocationsOn() {
        parts.revocations.passOn = { [loop] revocation in
            Task(executorPreference: loop) { await self.passOn(revocation) }
        }
    }

    private func passOn(_ revocation: Revocation) async {
        let line: JSONValue = ["revoked": revocation.json]
        await predecessor?.post(line)
        await successor?.post(line)
    }

    // MARK: From another process

    /// Takes the place of the process that started this one: its connections go on there, and everything else is this one's.
    func takeOver(from predecessor: Predecessor) async throws(StartError) {
        guard (try? await parts.keys.keys()) != nil else {
            throw StartError(description: "\(PassedSockets.handoverVariable): there is no signing key at hand.")
        }
        let now = context.clock()
        try await predecessor.takeOver { parts.takeOver($0, now: now) }
        context.metrics.handovers["full"].increment()
        passRevocationsOn()
    }

    /// Takes up what the process before tells, until it has gone.
    func followPredecessor() async {
        while let line = await predecessor?.next() { parts.revocations.take(line) }
        guard predecessor != nil else { return }
        predecessor = nil
        parts.predecessorLeft()
        stopIfEmpty()
    }
}
