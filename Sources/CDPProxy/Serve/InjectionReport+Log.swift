import ProxyCore
import SessionInjector

extension InjectionReport {
    /// Appends the fields of `session_injected`: how it ended, and how much of each kind was found of what was wanted; what
    /// was left out on purpose (`skipped`) and why databases are missing, by reason, where there is any.
    func describe(in line: inout LogLine) {
        line.append("result", .string(result))
        line.append("cookies", .integer(cookies.found))
        line.append("cookiesWanted", .integer(cookies.wanted))
        line.append("cookiesSkipped", .integer(leftOut.cookies.values.reduce(0, +)))
        line.append("origins", .integer(origins.found))
        line.append("originsWanted", .integer(origins.wanted))
        line.append("items", .integer(items.found))
        line.append("itemsWanted", .integer(items.wanted))
        line.append("databases", .integer(databases.found))
        line.append("databasesWanted", .integer(databases.wanted))
        if !leftOut.isEmpty { line.append("skipped", .string(leftOut.summary)) }
        if !databaseProblems.isEmpty { line.append("databaseProblems", .string(databaseSummary)) }
    }
}
