import ArgumentParser

extension NameSpecification {
    /// `--user-id`, as `token issue` has it, and the shorter `--user`.
    static var userID: NameSpecification { [.customLong("user-id"), .customLong("user")] }
}
