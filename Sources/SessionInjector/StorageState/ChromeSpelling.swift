import ProxyCore

/// How Chrome writes the hosts and paths of a state. Most have one spelling. Only Chrome knows that of the others
/// (`bücher.example`, `127.1`, `/a b`): they stay as written until Chrome has answered.
struct ChromeSpelling: Sendable {
    /// The hosts and paths to ask Chrome for, each once, in order.
    private(set) var unknownHosts: [String] = []
    private(set) var unknownPaths: [String] = []
    /// Chrome's answers. Nil stands for a text that is not a host to Chrome.
    private var hosts: [String: String?] = [:]
    private var paths: [String: String] = [:]

    /// No answers yet.
    init() {}

    /// Adds Chrome's answers, in the order of the unknown hosts and paths. Lists of another length are ignored.
    init(of former: ChromeSpelling, hosts: [String?], paths: [String]) {
        guard hosts.count == former.unknownHosts.count, paths.count == former.unknownPaths.count else { return }
        for (written, host) in zip(former.unknownHosts, hosts) { self.hosts[written] = .some(host) }
        for (written, path) in zip(former.unknownPaths, paths) { self.paths[written] = path }
    }

    /// Whether there are hosts or paths to ask Chrome for.
    var isIncomplete: Bool { !unknownHosts.isEmpty || !unknownPaths.isEmpty }

    /// The host as Chrome writes it; nil when it is not a host to Chrome.
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

    /// Whether a host, in lower case, is an ASCII name or an IPv4 address in its usual form.
    private static func hasOneSpelling(host: String) -> Bool {
        guard host.utf8.allSatisfy({ $0 < 0x80 }), !host.hasPrefix("[") else { return false }
        guard WebOrigin.endsInNumber(host) else { return true }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count == 4 && labels.allSatisfy { label in UInt8(label).map { String($0) == label } ?? false }
    }

    /// Whether a path has no character that Chrome encodes and no `.` or `..` segment, encoded or not.
    private static func hasOneSpelling(path: String) -> Bool {
        let isPlain: (UInt8) -> Bool = {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                || "/_~!$&'()*+,=:@%-.[]".utf8.contains($0)
        }
        return path.utf8.allSatisfy(isPlain) && !path.contains("/.") && !path.lowercased().contains("/%2e")
    }
}
