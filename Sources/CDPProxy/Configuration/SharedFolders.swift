import Settings

/// The folders by which clients with roles and Chrome hand files to one another.
struct SharedFolders: Sendable {
    /// What such clients download goes here; nil when they download nothing.
    let downloads: String?
    /// How many bytes of downloads are kept in all.
    let quota: Int
    /// How long a download is kept.
    let age: Duration
    /// Such clients may give the files below this to pages; nil for none.
    let uploads: String?

    /// Reads the settings.
    init(_ environment: Environment) throws(ConfigurationError) {
        downloads = try environment.optional(Self.downloadsVariable)
        quota = try environment.value(Self.quotaVariable) << 20
        age = try environment.value(Self.ageVariable)
        uploads = try environment.optional(Self.uploadsVariable)
    }

    /// Refuses a folder that holds one of the proxy's own files, and uploads that hold the downloads: pages would be given the
    /// one, and other users' the other.
    func check(apartFrom files: [String]) throws(ConfigurationError) {
        if let downloads {
            try Self.check(Self.downloadsVariable, downloads, apartFrom: files, "a file of the proxy's own")
        }
        guard let uploads else { return }
        try Self.check(Self.uploadsVariable, uploads, apartFrom: files, "a file of the proxy's own")
        try Self.check(
            Self.uploadsVariable,
            uploads,
            apartFrom: [downloads].compactMap { $0 },
            "the folder of downloads"
        )
    }

    private static func check(
        _ variable: Variable<String>,
        _ folder: String,
        apartFrom others: [String],
        _ what: String
    ) throws(ConfigurationError) {
        guard others.contains(where: { ($0 + "/").hasPrefix(folder + "/") }) else { return }
        let name = variable.description.name
        let sentence = "\(name) names a folder that holds \(what): it must be one that holds nothing else."
        throw ConfigurationError(variable: name, description: sentence)
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        downloadsVariable.description, quotaVariable.description, ageVariable.description, uploadsVariable.description,
    ]

    private static let downloadsVariable = Variable(
        "CDP_PROXY_DOWNLOADS",
        in: .policy,
        expected: "the absolute path of a folder",
        help: "A folder that Chrome may write to, at the same path: what clients with roles download goes there.",
        parse: { VariableParsing.folder($0) }
    )
    private static let quotaVariable = Variable(
        "CDP_PROXY_DOWNLOADS_MIB",
        in: .policy,
        standard: "1024",
        expected: "a whole number of MiB from 1 to 1048576",
        help: "How much of it is kept; beyond that the oldest of the caller with the most is removed.",
        parse: { VariableParsing.integer($0, in: 1...1_048_576) }
    )
    private static let ageVariable = Variable(
        "CDP_PROXY_DOWNLOADS_AGE",
        in: .policy,
        standard: "1h",
        expected: "a duration from 1s to 8760h, such as 1h",
        help: "How long a download is kept.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(31_536_000)) }
    )
    private static let uploadsVariable = Variable(
        "CDP_PROXY_UPLOADS",
        in: .policy,
        expected: "the absolute path of a folder",
        help: "A folder that Chrome may read, at the same path: clients with roles may give its files to pages.",
        parse: { VariableParsing.folder($0) }
    )
}

extension VariableParsing {
    /// The absolute path of a folder, step by step down, without a `/` at its end.
    static func folder(_ text: String) -> String? {
        guard text.hasPrefix("/"), text.utf8.count > 1, text.utf8.count <= 1024 else { return nil }
        let folder = text.hasSuffix("/") ? String(text.dropLast()) : text
        let steps = folder.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return steps.contains { ["", ".", ".."].contains($0) } ? nil : printable(folder)
    }
}
