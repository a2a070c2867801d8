/// Which CDP methods a caller that has roles may send: the policy, written as rows. A method that has no row needs `*`.
///
/// A permission opens what its name says and what a caller with it could do anyway. `sessions.extract` and
/// `sessions.agent` run scripts on pages, so whatever a page's own script can do is theirs. What reaches further than the
/// browser's pages is open to `*` alone: files, ports, proxies, devices, other programs, the browser as a whole, and CDP
/// sessions that go past this table.
public enum MethodTable {
    /// The rule of each method that has one, by its full name. A method that stands in two rows traps.
    public static let rules: [String: MethodRule] = Dictionary(
        uniqueKeysWithValues: rows.flatMap { row in row.methods.map { ($0, row.rule) } }
    )

    /// The rule of a method; nil when it has none, and is open to `*` alone. Names are compared byte for byte, as Chrome
    /// does.
    public static func rule(for method: String) -> MethodRule? {
        // Two strings are equal in Swift when their characters are, and K is also the Kelvin sign.
        guard method.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        return rules[method]
    }

    private static let rows =
        targets + browser + pages + documents + scripts + network + storage + instruments + devices
}
