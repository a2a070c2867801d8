import Glibc

/// All descriptors that the process may open, taken away from it. For a process of its own (`processExitsWith`).
final class DescriptorShortage {
    private var taken: [Int32] = []

    /// Lowers the limit and opens what it leaves, but for so many.
    init(leaving free: Int) {
        var limit = rlimit()
        _ = unsafe getrlimit(Self.resource, &limit)
        limit.rlim_cur = min(limit.rlim_max, 256)
        _ = unsafe setrlimit(Self.resource, &limit)
        take()
        for _ in 0..<min(free, taken.count) { _ = close(taken.removeLast()) }
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }

    /// Takes what is free.
    func take() {
        while case let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), number >= 0 { taken.append(number) }
    }

    /// Gives all of them back.
    func end() {
        for number in taken { _ = close(number) }
        taken = []
    }
}

/// How many descriptors the process has open.
func openDescriptorCount() -> Int {
    (0..<4_096).count { fcntl(Int32($0), F_GETFD) >= 0 }
}
