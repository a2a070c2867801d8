extension BodyFields {
    /// The fields of a body; refuses a body that has none.
    init(checking body: [UInt8]) throws(ServiceRefusal) {
        do throws(FieldProblem) {
            try self.init(body)
        } catch {
            throw .invalid([error])
        }
    }
}
