import ProxyCore

/// How Chrome writes the hosts and paths of a state. Most have one spelling and are as they were written; of the others
/// (`bücher.example`, `127.1`, `/a b`) only Chrome knows, and is asked. Until then they stand as written.
struct Spelling: Sendable {
    /// What Chrome is to be asked, each once, in order.
    private(set) var unknownHosts: [String] = []
    private(set) var unknownPaths: [String] = []
    /// What Chrome has said. Nil stands for a host that it says is none.
    private var hosts: [String: String?] = [:]
    private var paths: [String: String] = [:]

    /// Nothing has been asked.
    init() {}

    /// What Chrome said of each unknown, in their order. An answer of another length says nothing.
    init(of former: Spelling, hosts: [String?], paths: [String]) {
        guard hosts.count == former.unknownHosts.count, paths.count == former.unknownPaths.count else { return }
        for (written, host) in zip(former.unknownHosts, hosts) { self.hosts[written] = .some(host) }
        for (written, path) in zip(former.unknownPaths, paths) { self.paths[written] = path }
    }

    /// Whether there is something only Chrome knows.
    var isIncomplete: Bool { !unknownHosts.isEmpty || !unknownPaths.isEmpty }

    /// The host as Chrome writes it; nil when it says that this is none.
    mutating func host(_ written: String) -> String? {
        if Self.hasOneSpelling(host: written) { return written }
        if let said = hosts[written] { return said }
        hosts[written] = .some(written)
        unknownHosts.append(written)
        return written
    }

    /// A cookie's path as Chrome writes it.
    mutating func path(_ written: String) -> String {
        if Self.hasOneSpelling(path: written) { return written }
        if let said = paths[written] { return said }
        paths[written] = written
        unknownPaths.append(written)
        return written
    }

    /// Whether a host, in lower case, is a name of ASCII letters or an IPv4 address in its usual form.
    private static func hasOneSpelling(host: String) -> Bool {
        guard host.utf8.allSatisfy({ $0 < 0x80 }), !host.hasPrefix("[") else { return false }
        guard WebOrigin.endsInNumber(host) else { return true }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count == 4 && labels.allSatisfy { label in UInt8(label).map { String($0) == label } ?? false }
    }

    /// Whether a path has neither what is to be encoded nor `.` and `..` between slashes, encoded ones included.
    private static func hasOneSpelling(path: String) -> Bool {
        let isPlain: (UInt8) -> Bool = {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                || "/_~!$&'()*+,=:@%-.[]".utf8.contains($0)
        }
        return path.utf8.allSatisfy(isPlain) && !path.contains("/.") && !path.lowercased().contains("/%2e")
    }
}
