/// Counts for how many intervals each side has been silent. A relay asks it after each interval.
struct Keepalive {
    /// What is to be done.
    enum Verdict {
        /// The client has sent nothing for too long.
        case clientIsGone
        /// Chrome has sent nothing for too long.
        case chromeIsGone
        /// The silent sides, if any, are to be pinged; the relay asks again at a moment.
        case goOn(pingClient: Bool, pingChrome: Bool, next: Instant)
    }

    /// After how many intervals without a byte, each with a Ping, a side counts as gone.
    private static let mostSilentIntervals = 3

    private var silence = (client: 0, chrome: 0)
    /// When an interval last passed, and how many bytes each side had taken by then.
    private var checked: Instant
    private var taken = (client: UInt64(0), chrome: UInt64(0))

    /// Starts to count.
    init(at now: Instant) {
        checked = now
    }

    /// Looks at both directions after an interval.
    mutating func intervalPassed(
        _ interval: Duration,
        up: borrowing Flow,
        down: borrowing Flow,
        now: Instant
    ) -> Verdict {
        let clientIsSilent = Self.isSilent(from: up, to: down, hadTaken: taken.client, for: interval, now)
        let chromeIsSilent = Self.isSilent(from: down, to: up, hadTaken: taken.chrome, for: interval, now)
        // A side that answered the last Ping begins anew, however soon the answer came and however late this asks.
        silence.client = clientIsSilent ? (up.lastByte > checked ? 0 : silence.client) + 1 : 0
        silence.chrome = chromeIsSilent ? (down.lastByte > checked ? 0 : silence.chrome) + 1 : 0
        taken = (down.bytesSent, up.bytesSent)
        checked = now
        if silence.client > Self.mostSilentIntervals { return .clientIsGone }
        if silence.chrome > Self.mostSilentIntervals { return .chromeIsGone }
        let next = min(up.lastByte, down.lastByte) + interval
        return .goOn(
            pingClient: clientIsSilent,
            pingChrome: chromeIsSilent,
            next: silence == (0, 0) && next > now ? next : now + interval
        )
    }

    /// A side is silent when it sent nothing though it was read from, and can be pinged or takes no bytes either.
    private static func isSilent(
        from: borrowing Flow,
        to: borrowing Flow,
        hadTaken: UInt64,
        for interval: Duration,
        _ now: Instant
    ) -> Bool {
        now.since(from.lastByte) >= interval && !from.isBlocked
            && (to.admitsFrame || to.isBlocked && to.bytesSent == hadTaken)
    }
}
