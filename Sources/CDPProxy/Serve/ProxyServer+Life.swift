import Glibc
import ProxyCore
import SessionStore
import Settings

/// Why the server cannot start: one sentence that names what to change.
struct StartError: Error, CustomStringConvertible {
    let description: String
}

// How the server starts, drains and ends.

extension ProxyServer {
    /// Opens both ports, and serves until the server is told to stop and its last client has gone.
    func run() async throws(StartError) {
        metrics.declareSampled(keys, log)
        try await checkSessions()
        try restoreSpentTokens()
        // It may have been told to stop meanwhile.
        guard !isStopping else { return keys.close() }
        do throws(StartError) {
            try start()
        } catch {
            release()
            await endThreads()
            throw error
        }
        unsafe await withUnsafeContinuation { unsafe stopped = $0 }
        await endThreads()
    }

    /// Makes room for relays on this loop, and on as many more as are configured.
    private func startRelays() throws(StartError) {
        let settings = configuration.connections
        do throws(Errno) {
            while threads.count + 1 < settings.loops { threads.append(try LoopThread(EventLoop())) }
        } catch {
            throw StartError(description: "CDP_PROXY_LOOPS: cannot start so many threads: \(error).")
        }
        let ended = { @Sendable in self.hearOfEnd($0, $1, $2) }
        relays = ([loop] + threads.map(\.loop)).map { Relays(on: $0, pingInterval: settings.ping, ended: ended) }
    }

    private func endThreads() async {
        for thread in threads { await thread.stop() }
    }

    /// A database that cannot be asked just now is waited for by nobody: connections that need it are refused until it
    /// can. One that will never do keeps the server from starting.
    private func checkSessions() async throws(StartError) {
        do throws(SessionStoreError) {
            try await sessions?.check()
        } catch .unavailable(let reason) {
            log.record(.warning, "session_store_unavailable", ["detail": .string(reason)])
        } catch {
            throw StartError(description: "DATABASE_URL: \(error).")
        }
    }

    private func start() throws(StartError) {
        let settings = configuration.listeners
        try startRelays()
        adminListener = try listen("CDP_PROXY_ADMIN_LISTEN", settings.adminListen, for: .operators)
        listener = try listen("CDP_PROXY_LISTEN", settings.listen, for: .clients)
        watchSignals()
        Task(executorPreference: loop) { await self.keepKeysFresh() }
        Task(executorPreference: loop) { await self.injectAtStart() }
        log.record(
            .info,
            "listening",
            [
                "listen": .string(listener?.address.description ?? ""),
                "admin": .string(adminListener?.address.description ?? ""),
                "chrome": .string(settings.chrome.description),
                "version": .string(ProductVersion.text),
            ]
        )
        for name in configuration.unknownNames {
            log.record(.warning, "unknown_variable", ["name": .string(name)])
        }
    }

    private func keepKeysFresh() async {
        await keys.run()
    }

    private func listen(
        _ variable: String,
        _ address: ListenAddress,
        for visitors: Visitors
    ) throws(StartError) -> TCPListener {
        let resolved = try address.resolved()
        // A socket in the file system is its owner's: never, not even for a moment, anybody else's.
        let mask = umask(0o177)
        defer { umask(mask) }
        do throws(Errno) {
            if case .unix(let path) = address { Self.removeStaleSocket(at: path) }
            return try TCPListener(
                at: resolved,
                on: loop,
                farewell: Self.noRoom,
                overflow: { self.log.record(.error, "out_of_descriptors") },
                accept: { descriptor, peer in self.accept(descriptor, peer, visitors) }
            )
        } catch {
            throw StartError(description: "\(variable): cannot listen at \(address): \(error).")
        }
    }

    /// Removes the socket that an earlier run left behind; anything else at the path is somebody's, and stays.
    private static func removeStaleSocket(at path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        _ = unsafe unlink(path)
    }

    // MARK: Draining

    /// The first SIGTERM or SIGINT drains and stops; a second one ends the process at once.
    private func watchSignals() {
        signals = try? SignalWatch([SIGTERM, SIGINT], on: loop) { _ in
            if self.isStopping { exit(1) }
            self.stop()
        }
    }

    /// Drains, closes the clients' port, and ends the loop when the last client has gone.
    func stop() {
        isStopping = true
        listener?.close()
        // Who has not asked for anything by now is not waited for.
        for stream in halfOpen.holders where stream.isAwaitingBytes { stream.close() }
        drain()
        stopIfEmpty()
    }

    /// No new client is joined to Chrome; those that are go on for a while, and are then told to come back.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        metrics.draining.set(true)
        log.record(.info, "draining", ["connections": .integer(connected)])
        let timer = LoopTimer { [relays] in
            for each in relays {
                Task(executorPreference: each.loop) {
                    await each.closeAll(.serviceRestart, reason: "the proxy is being restarted")
                }
            }
        }
        drainTimer = timer
        loop.schedule(timer, at: loop.now + configuration.connections.drain)
    }

    /// After each end: whether it was the last.
    func stopIfEmpty() {
        guard isStopping, connected == 0, handshakes == 0, let waiting = unsafe stopped else { return }
        unsafe stopped = nil
        log.record(.info, "stopped")
        release()
        unsafe waiting.resume()
    }

    /// Ends what would keep the loop and the server alive: the loop retains these, and each of them the server.
    private func release() {
        listener?.close()
        adminListener?.close()
        keys.close()
        signals?.close()
        if let drainTimer { loop.cancel(drainTimer) }
        (listener, adminListener, signals, drainTimer) = (nil, nil, nil, nil)
        for stream in answered.holders + operators.holders where stream.isAwaitingBytes { stream.close() }
        relays = []
    }
}
