import FoundationEssentials

/// The commands that a client was seen to send (`scripts/record-commands`).
struct RecordedCommands {
    /// The client's name, that of its file.
    let client: String
    /// The methods.
    let methods: [String]

    /// All recordings, by the client's name.
    static func all() throws -> [RecordedCommands] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }
        return try files.sorted().map { name in
            let text = try String(decoding: Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            let methods = lines.compactMap { $0.split(separator: " ").first.map(String.init) }
            return RecordedCommands(client: String(name.dropLast(".txt".count)), methods: methods)
        }
    }
}
