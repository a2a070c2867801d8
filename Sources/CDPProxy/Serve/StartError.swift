/// Why the server cannot start: one sentence that names what to change.
struct StartError: Error, CustomStringConvertible {
    let description: String
}
