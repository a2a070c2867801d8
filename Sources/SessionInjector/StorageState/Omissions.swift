/// What of a stored session is left out on purpose, counted by reason. It holds no name, value or origin.
public struct Omissions: Sendable, Equatable {
    /// Cookies that no browser keeps.
    public internal(set) var cookies: [CookieProblem: Int] = [:]
    /// Origins that no browser opens.
    public internal(set) var origins: [OriginProblem: Int] = [:]
    /// Storage that no page could hold.
    public internal(set) var storage: [StorageProblem: Int] = [:]

    /// Whether nothing is left out.
    public var isEmpty: Bool { cookies.isEmpty && origins.isEmpty && storage.isEmpty }

    /// For a log line: `cookies expired 2, origins upgraded 1`; empty when nothing is left out.
    public var summary: String {
        (labels("cookies", cookies) + labels("origins", origins) + labels("storage", storage)).joined(separator: ", ")
    }

    private func labels<Problem: RawRepresentable<String>>(_ kind: String, _ counts: [Problem: Int]) -> [String] {
        counts.map { "\(kind) \($0.key.rawValue) \($0.value)" }.sorted()
    }
}
