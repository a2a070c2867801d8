/// Why the service closed a connection that its client might have used further; the label of a metric.
enum ConnectionEnd: String, CaseIterable, Sendable {
    /// The client sent no request in time.
    case silent
    /// The client sent no further request in time.
    case idle
    /// The client did not send the rest of a request, or did not read its answer, in time.
    case slow
    /// Another connection took its place at the limit.
    case displaced
    /// The client sent something that is not a request, or a request with two readings.
    case malformed
    /// The client went on sending a body that was not needed for the answer.
    case unwanted
}
