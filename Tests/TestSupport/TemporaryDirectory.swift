import FoundationEssentials

/// A directory for one test, removed with this object and all that is in it.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// A new directory.
    public init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "test-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
