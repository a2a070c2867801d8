import ProxyCore

/// Why a proxy goes on in its place after it was told to hand it over. The raw value is the reason in the log and a label of the
/// metric.
enum HandoverFailure: String, Error, CaseIterable {
    /// It is draining or stopping already.
    case draining
    /// Another hand-over is under way.
    case underWay = "under_way"
    /// It is the first process of a container, which ends with it.
    case firstProcess = "first_process"
    /// The program could not be started.
    case notStarted = "not_started"
    /// The new process ended before it had taken over; its own log lines say why.
    case ended
    /// The new process was not ready in time.
    case timeout
    /// Requests under way did not come to their end in time.
    case busy

    /// The failure of a stream between the two.
    init(_ error: StreamError) { self = error == .deadline ? .timeout : .ended }
}
