/// Who of the two has been silent, and for how many intervals. A relay looks at it each time an interval has passed.
struct Keepalive {
    /// What is to be done.
    enum Verdict {
        /// The client has not been heard of for too long.
        case clientIsGone
        /// Chrome has not been heard of for too long.
        case chromeIsGone
        /// Whoever was silent is to be pinged, if anybody was; and the next look is at a moment.
        case goOn(pingClient: Bool, pingChrome: Bool, next: Instant)
    }

    /// How many intervals without a byte, each with a Ping, mean that nobody is there.
    private static let mostSilentIntervals = 3

    private var silence = (client: 0, chrome: 0)
    /// When an interval last passed, and what each side had taken by then.
    private var checked: Instant
    private var taken = (client: UInt64(0), chrome: UInt64(0))

    /// Begins to count.
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
        // Whoever answered the last Ping begins anew, however soon the answer came and however late this looks.
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

    /// Nothing came from a side though it was read from; and it could be pinged, or takes nothing either.
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
