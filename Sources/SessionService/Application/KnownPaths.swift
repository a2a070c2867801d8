import HTTPTypes
import Hummingbird

/// The paths of a listener and the methods of each. A request for a known path with another method gets 405 with the
/// methods in `Allow`, not 404 (RFC 9110 section 15.5.6).
struct KnownPaths: Sendable {
    /// A path such as `/sessions/:id` and its methods.
    struct Entry: Sendable {
        /// The path; a segment that begins with a colon matches any one segment.
        let path: String
        /// The methods it accepts.
        let methods: [HTTPRequest.Method]
    }

    private let entries: [(parts: [Substring], methods: [HTTPRequest.Method])]

    /// These paths. If two match, the first one wins.
    init(_ entries: [Entry]) {
        self.entries = entries.map { (Self.parts(of: $0.path), $0.methods) }
    }

    /// The value of `Allow` for a path; nil for an unknown path.
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
    /// The paths of the users' listener.
    static let users = KnownPaths(
        SessionRoutes.paths + HealthRoutes.probes + [Entry(path: "/openapi.json", methods: get)]
    )

    /// The paths of the operators' listener.
    static let operators = KnownPaths(HealthRoutes.probes + [Entry(path: "/metrics", methods: get)])

    /// The methods of a path that can only be read.
    static let get: [HTTPRequest.Method] = [.get, .head]
}
