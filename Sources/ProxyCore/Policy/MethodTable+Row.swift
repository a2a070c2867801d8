extension MethodTable {
    /// Methods of one domain that one rule is for. `scripts/policy-page` reads the rows, and needs them as literals.
    struct Row: Sendable {
        /// The full names of the methods, `Domain.method`.
        let methods: [String]
        /// What is said of each of them.
        let rule: MethodRule

        /// A row; `names` are separated by spaces or line breaks.
        init(_ domain: String, _ access: MethodAccess, _ names: String, check: ParameterCheck? = nil) {
            methods = names.split { $0 == " " || $0 == "\n" }.map { "\(domain).\($0)" }
            rule = MethodRule(access: access, check: check)
        }
    }
}
