import HTTPTypes
import Hummingbird

/// The paths of a listener and the methods each of them takes, for those who ask with another one: that is not 404 but
/// 405, with the methods in `Allow` (RFC 9110 section 15.5.6).
struct KnownPaths: Sendable {
    /// A path such as `/sessions/:id`, and what it takes.
    struct Entry: Sendable {
        /// The path; a part that begins with a colon stands for any one part.
        let path: String
        /// What it takes.
        let methods: [HTTPRequest.Method]
    }

    private let entries: [(parts: [Substring], methods: [HTTPRequest.Method])]

    /// These paths; of two that match, the first counts.
    init(_ entries: [Entry]) {
        self.entries = entries.map { (Self.parts(of: $0.path), $0.methods) }
    }

    /// The value of `Allow` at a path; nil when there is no such path.
    func allow(at path: String) -> String? {
        let asked = Self.parts(of: path)
        let entry = entries.first { entry in
            entry.parts.count == asked.count
                && zip(entry.parts, asked).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }
        return entry?.methods.map(\.rawValue).joined(separator: ", ")
    }

    private static func parts(of path: String) -> [Substring] { path.split(separator: "/") }
}

extension KnownPaths {
    /// Those of the users' listener.
    static let users = KnownPaths(
        SessionRoutes.paths + HealthRoutes.probes + [Entry(path: "/openapi.json", methods: get)]
    )

    /// Those of the operators' listener.
    static let operators = KnownPaths(HealthRoutes.probes + [Entry(path: "/metrics", methods: get)])

    /// What a path takes that can only be read.
    static let get: [HTTPRequest.Method] = [.get, .head]
}
