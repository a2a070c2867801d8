/// Says what is due in the span of a connection: a word of warning, its end, or nothing before a moment. A machine without a
/// clock: it is asked at that moment, and after each warning.
///
/// The client is warned of the end that comes first, once, unless all of the connection is shorter than the notice. An end by
/// idleness that a message has put off is warned of anew.
struct SpanClock {
    /// What is due.
    enum Step: Equatable {
        /// Nothing before a moment.
        case wait(until: Instant)
        /// To tell the client that the connection ends, and in how many seconds.
        case warn(RelaySpan.End, seconds: Int)
        /// To end the connection.
        case end(RelaySpan.End)
    }

    /// An end, and when it comes.
    private struct Due: Equatable {
        let end: RelaySpan.End
        let moment: Instant
        let isAnnounced: Bool
    }

    /// How long before an end the client is warned.
    static let notice = Duration.seconds(30)
    /// The client's last message is looked for this often in an idle time, since what is seen late counts as sent late.
    private static let looks = 4
    /// But not more often than this.
    private static let shortestLook = Duration.milliseconds(10)

    private let span: RelaySpan
    private let start: Instant
    private let notice: Duration
    private var warned: Due?

    /// The span of a connection that begins now.
    init(_ span: RelaySpan, from start: Instant, notice: Duration = notice) {
        self.span = span
        self.start = start
        self.notice = notice
    }

    /// What is due now.
    mutating func step(now: Instant, lastFromClient: Instant) -> Step {
        guard let due = soonest(lastFromClient) else { return .wait(until: Instant(nanoseconds: .max)) }
        guard now < due.moment else { return .end(due.end) }
        let left = due.moment.since(now)
        guard due.isAnnounced, warned != due else { return .wait(until: nextLook(before: due.moment, now)) }
        guard left <= notice else { return .wait(until: nextLook(before: now + (left - notice), now)) }
        warned = due
        return .warn(due.end, seconds: max(Int((left / .seconds(1)).rounded()), 1))
    }

    private func soonest(_ lastFromClient: Instant) -> Due? {
        let ends = [
            due(.expiry, span.untilExpiry, from: start), due(.age, span.age, from: start),
            due(.idleness, span.idleness, from: lastFromClient),
        ]
        return ends.compactMap(\.self).min { $0.moment < $1.moment }
    }

    private func due(_ end: RelaySpan.End, _ duration: Duration?, from begin: Instant) -> Due? {
        duration.map { Due(end: end, moment: begin + $0, isAnnounced: $0 > notice) }
    }

    private func nextLook(before moment: Instant, _ now: Instant) -> Instant {
        guard let idleness = span.idleness else { return moment }
        return min(moment, now + max(idleness / Self.looks, Self.shortestLook))
    }
}
