import ProxyCore

/// The JavaScript that puts one origin's storage in place, run in an empty page of that origin, and what it answers.
///
/// It replaces what the origin had, as Playwright's restore does: localStorage is emptied first, and where the state
/// speaks of IndexedDB, so are the origin's databases.
enum RestoreScript {
    /// What the page found after setting everything: read back, not assumed.
    struct Outcome: Equatable {
        /// Items that hold what was wanted.
        var items: Int
        /// Databases with all their records.
        var databases: Int
        /// Databases that are not as wanted, by reason: those of the state, and others that could not be emptied.
        var problems: [DatabaseProblem: Int] = [:]

        /// Reads the answer of `Runtime.evaluate`; nil when the script did not run to its end, or ran elsewhere, or when
        /// a count is none that the visit could have.
        init?(_ answer: JSONValue, of visit: InjectionPlan.Visit) {
            let databasesWanted = visit.databases?.count ?? 0
            guard answer["exceptionDetails"] == nil, let value = answer["result"]?["value"],
                let items = value["items"]?.intValue, (0...visit.items.count).contains(items),
                let databases = value["databases"]?.intValue, (0...databasesWanted).contains(databases)
            else { return nil }
            self.items = items
            self.databases = databases
            for problem in DatabaseProblem.allCases {
                guard let count = value[problem.rawValue]?.intValue, count > 0 else { continue }
                // An origin may have any number of databases besides; how many is not worth a sum that overflows.
                problems[problem] = min(count, Self.mostProblems)
            }
        }

        private static let mostProblems = 10_000
    }

    /// The parameters of `Runtime.evaluate` for one visit.
    static func evaluation(for visit: InjectionPlan.Visit) -> JSONValue {
        var source = Array(function(withDatabases: visit.databases != nil).utf8)
        source.append(UInt8(ascii: "("))
        JSONValue(visit.origin.description).write(to: &source)
        source.append(UInt8(ascii: ","))
        JSONValue.array(visit.items.map { [.string($0.name), .string($0.value)] }).write(to: &source)
        source.append(UInt8(ascii: ","))
        // As a string to be parsed: in JavaScript source, unlike in JSON, a member `__proto__` is not a member.
        let databases = visit.databases.map { JSONValue.array($0.map(JSONValue.object)) } ?? .null
        JSONValue(String(decoding: databases.serialized(), as: UTF8.self)).write(to: &source)
        source.append(UInt8(ascii: ")"))
        return [
            "expression": JSONValue(String(decoding: source, as: UTF8.self)), "returnByValue": true,
            "awaitPromise": .bool(visit.databases != nil),
        ]
    }

    /// A function of the expected origin, the items as pairs, and the databases as JSON or "null".
    private static func function(withDatabases: Bool) -> String {
        """
        ((origin, items, databases) => {
          if (location.origin !== new URL(origin).origin) return null;
          localStorage.clear();
          for (const [name, value] of items) try { localStorage.setItem(name, value) } catch {}
          const outcome = {items: 0, databases: 0};
          for (const [name, value] of items) if (localStorage.getItem(name) === value) outcome.items++;
          databases = JSON.parse(databases);
          if (!databases) return outcome;
          \(withDatabases ? databaseFunctions : "")
          return restoreAll(databases).then(counts => Object.assign(outcome, counts));
        })
        """
    }
}
