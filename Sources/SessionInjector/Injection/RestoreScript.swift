import ProxyCore

/// The JavaScript that sets one origin's storage, and the result it returns. It runs in an empty page of that origin.
///
/// It replaces what the origin had, as Playwright's restore does: it empties localStorage first, and the origin's
/// databases too if the state has an `indexedDB` list for the origin.
enum RestoreScript {
    /// What the page read back after setting everything.
    struct Outcome: Equatable {
        /// Items that hold the wanted value.
        var items: Int
        /// Databases that hold all their records.
        var databases: Int
        /// Databases that differ from the state, by reason: the state's own, and others that could not be emptied.
        var problems: [DatabaseProblem: Int] = [:]

        /// Reads the answer of `Runtime.evaluate`. Nil when the script failed or ran in another origin, or when a count
        /// is impossible for the visit.
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
                // An origin can have any number of other databases. The cap keeps a sum of these counts from
                // overflowing.
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
        // The databases travel as a string for JSON.parse: in JavaScript source, unlike in JSON, `__proto__` sets a
        // prototype.
        let databases = visit.databases.map { JSONValue.array($0.map(JSONValue.object)) } ?? .null
        JSONValue(String(decoding: databases.serialized(), as: UTF8.self)).write(to: &source)
        source.append(UInt8(ascii: ")"))
        return [
            "expression": JSONValue(String(decoding: source, as: UTF8.self)), "returnByValue": true,
            "awaitPromise": .bool(visit.databases != nil),
        ]
    }

    /// A function that takes the expected origin, the items as pairs, and the databases as JSON or "null".
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
