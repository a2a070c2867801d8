/// Why Chrome is not up. The raw value is the reason in answers and log lines, and a label of the metric.
enum ChromeOutage: String, CaseIterable, Sendable {
    /// Nothing listens at its address, or the connection broke.
    case unreachable
    /// It takes connections, or did, and says nothing: its process is there, and wedged.
    case noAnswer = "no_answer"
    /// What it says is not what Chrome says.
    case malformedAnswer = "malformed_answer"

    /// What a failed question shows.
    init(_ failure: ChromeFailure) {
        switch failure {
        case .unreachable: self = .unreachable
        case .timedOut: self = .noAnswer
        case .malformedAnswer, .tooLong, .noSuchEndpoint: self = .malformedAnswer
        }
    }
}
