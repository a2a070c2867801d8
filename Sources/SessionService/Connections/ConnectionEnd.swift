/// Why a connection was ended that its client might have gone on with; the label of a metric.
enum ConnectionEnd: String, CaseIterable, Sendable {
    /// Nothing was asked in time.
    case silent
    /// Nothing more was asked in time.
    case idle
    /// A request did not come, or its answer was not taken, in time.
    case slow
    /// It went for somebody else, there being no place left.
    case displaced
    /// What came was no request, or one that could be read in two ways.
    case malformed
    /// It was answered, and went on sending what nobody wants.
    case unwanted
}
