/// Every variable this program reads, for `--help` and the documentation.
enum VariableTable {
    /// The declarations, in the order in which they are listed.
    static let all: [VariableDescription] = [
        ListenSettings.variables, GateSettings.variables, SecretSettings.variables, AWSSettings.variables,
        ConnectionSettings.variables, StoreSettings.variables, InjectionSettings.variables, LogSettings.variables,
    ].flatMap(\.self)

    /// Their names.
    static let names = Set(all.map(\.name))

    /// The list as text for a terminal, under its headings.
    static let helpText: String = {
        var text = "Configured by the environment; a variable that is set to nothing counts as not set.\n"
        for section in VariableSection.allCases {
            text += "\n\(section.rawValue):\n"
            for variable in all where variable.section == section {
                text += "  \(variable.name)\(variable.standard.map { " (\($0))" } ?? "")\n      \(variable.help)\n"
            }
        }
        return text
    }()

    /// The list as a table in Markdown.
    static let markdown: String = {
        var text = ""
        for section in VariableSection.allCases {
            text += "### \(section.rawValue)\n\n| variable | default | meaning | must be |\n| --- | --- | --- | --- |\n"
            for variable in all where variable.section == section {
                let standard = variable.standard.map { "`\($0)`" } ?? ""
                text += "| `\(variable.name)` | \(standard) | \(variable.help) | \(variable.expected) |\n"
            }
            text += "\n"
        }
        return text
    }()
}
