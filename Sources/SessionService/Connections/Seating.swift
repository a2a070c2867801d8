import NIOCore
import ProxyCore

/// Who sits in the places of a listener, and who goes when one more has come than there are: a value that is told the
/// moment.
///
/// Nobody goes who has a request under way, nor within ``grace`` of what they did last: who has just come is about to
/// ask. Of the others goes who has the least to lose, and among those who has sat longest. Each step takes constant
/// time, however many there are.
struct Seating {
    /// What a connection has to lose, the least first.
    enum Standing: Int, CaseIterable {
        /// Nothing was asked on it yet.
        case silent
        /// It was given its last answer; its client finishes what it was sending.
        case leaving
        /// It was answered, and may ask again.
        case idle
        /// It was answered, and its client takes its time to read.
        case reading
        /// A request is under way: it stays.
        case busy
    }

    /// What there is to do.
    enum Step: Equatable {
        /// There are places enough, or nobody who could go.
        case nothing
        /// This one goes.
        case send(UInt64)
        /// Somebody may have to go at this moment.
        case wait(until: Instant)
    }

    private struct Ticket {
        let seat: UInt64
        let number: UInt64
        let since: Instant
    }

    /// How long anybody stays after what they did last.
    static let grace = Duration.seconds(1)

    private let places: Int
    /// The number of each one's ticket; zero for who has none, being busy or on the way out.
    private var seats: [UInt64: UInt64] = [:]
    private var leavers: Set<UInt64> = []
    /// By standing, who has sat longest first. A ticket counts while its seat has its number.
    private var lines = Standing.allCases.map { _ in CircularBuffer<Ticket>() }
    private var lastNumber: UInt64 = 0

    /// So many places, all free.
    init(places: Int) {
        self.places = places
    }

    /// How many there are, those on the way out included.
    var count: Int { seats.count }

    /// Somebody comes, or comes to stand otherwise.
    mutating func move(_ seat: UInt64, to standing: Standing, at now: Instant) {
        guard !leavers.contains(seat) else { return }
        guard standing != .busy else {
            seats[seat] = 0
            return
        }
        lastNumber += 1
        seats[seat] = lastNumber
        lines[standing.rawValue].append(Ticket(seat: seat, number: lastNumber, since: now))
        tidy(standing)
    }

    /// Somebody is gone.
    mutating func leave(_ seat: UInt64) {
        seats[seat] = nil
        leavers.remove(seat)
    }

    /// Who goes next, if anybody has to; then they count as gone, and there may be another.
    mutating func next(at now: Instant) -> Step {
        guard seats.count - leavers.count > places else { return .nothing }
        var earliest: Instant?
        for standing in Standing.allCases {
            guard let first = first(standing) else { continue }
            let end = first.since + Self.grace
            guard end <= now else {
                earliest = min(earliest ?? end, end)
                continue
            }
            seats[first.seat] = 0
            leavers.insert(first.seat)
            return .send(first.seat)
        }
        return earliest.map { .wait(until: $0) } ?? .nothing
    }

    /// The first of a line whose ticket counts; those before it are dropped.
    private mutating func first(_ standing: Standing) -> Ticket? {
        while let ticket = lines[standing.rawValue].first {
            if seats[ticket.seat] == ticket.number { return ticket }
            lines[standing.rawValue].removeFirst()
        }
        return nil
    }

    /// Drops the tickets that do not count once they are more than the others could be.
    private mutating func tidy(_ standing: Standing) {
        guard lines[standing.rawValue].count > 2 * seats.count + 64 else { return }
        lines[standing.rawValue] = CircularBuffer(
            lines[standing.rawValue].filter { seats[$0.seat] == $0.number }
        )
    }

    /// How many tickets are kept, of which the bound is tested.
    var ticketCount: Int { lines.reduce(0) { $0 + $1.count } }
}
