import Glibc

/// A program that this process started. Nobody ends it but who calls ``end()``.
public struct ChildProcess: Sendable {
    /// The kernel's number of the process.
    public let id: Int32

    /// Starts a program as the shell would find it, with these arguments (its name the first) and this environment. Of our
    /// descriptors it gets those that are not closed on exec, and the `kept` ones besides. No signal is blocked in it.
    ///
    /// Returns once the program runs; the error of a program that cannot be run is thrown.
    public init(
        _ arguments: [String],
        environment: [String: String],
        keeping kept: [Int32]
    ) throws(Errno) {
        let variables = environment.map { "\($0.key)=\($0.value)" }
        guard let name = arguments.first else { throw .noSuchEntry }
        var id: pid_t = 0
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        // A descriptor that is duplicated to its own number stays open on exec (posix_spawn_file_actions_adddup2(3p)).
        for number in kept { unsafe posix_spawn_file_actions_adddup2(&actions, number, number) }
        var nothing = sigset_t()
        unsafe sigemptyset(&nothing)
        unsafe posix_spawnattr_setsigmask(&attributes, &nothing)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let code = unsafe Self.withTable(arguments) { argv in
            unsafe Self.withTable(variables) { envp in
                unsafe posix_spawnp(&id, name, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw Errno(code: code) }
        self.id = id
    }

    /// Kills it, and takes what the kernel keeps of it. It must not have been taken before.
    public func end() {
        _ = Glibc.kill(id, SIGKILL)
        var status: Int32 = 0
        // A killed process ends in moments, since nothing waits for it.
        while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    }

    /// Lends texts as a C array of pointers that a null pointer ends, valid until the body returns.
    private static func withTable<Answer>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Answer
    ) -> Answer {
        // Each text is copied, and freed behind the call that read it.
        var table: [UnsafeMutablePointer<CChar>?] = unsafe []
        for text in texts { unsafe table.append(strdup(text)) }
        unsafe table.append(nil)
        defer { for place in texts.indices { unsafe free(table[place]) } }
        return unsafe table.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the table has its null pointer") }
            return unsafe body(base)
        }
    }
}
