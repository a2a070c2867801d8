/// Every variable a program reads, for its `--help`.
public struct VariableTable: Sendable {
    /// The declarations, in the order in which they are listed; those of one section stand together.
    public let all: [VariableDescription]
    /// Their names.
    public let names: Set<String>

    /// A table of these variables.
    public init(_ groups: [[VariableDescription]]) {
        all = groups.flatMap(\.self)
        names = Set(all.map(\.name))
    }

    /// The list as text for a terminal, with its headings.
    public var helpText: String {
        var text = "Configured by environment variables; an empty variable counts as not set.\n"
        for section in sections {
            text += "\n\(section.title):\n"
            for variable in all where variable.section == section {
                text += "  \(variable.name)\(variable.standard.map { " (\($0))" } ?? "")\n      \(variable.help)\n"
            }
        }
        return text
    }

    private var sections: [VariableSection] {
        all.map(\.section).reduce(into: []) { found, section in
            if !found.contains(section) { found.append(section) }
        }
    }
}
