import ProxyCore
import Testing

@testable import SessionService

private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: UInt64(seconds * 1e9)) }

@Suite struct SeatingTests {
    private var seating = Seating(places: 2)

    @Test mutating func nobodyGoesWhileThereArePlaces() {
        seating.move(1, to: .silent, at: at(0))
        seating.move(2, to: .silent, at: at(0))
        #expect(seating.next(at: at(100)) == .nothing)
    }

    @Test mutating func whoHasSatLongestGoes() {
        for seat in 1...4 { seating.move(UInt64(seat), to: .silent, at: at(Double(seat))) }
        #expect(seating.next(at: at(10)) == .send(1))
        #expect(seating.next(at: at(10)) == .send(2))
        #expect(seating.next(at: at(10)) == .nothing)
        #expect(seating.count == 4)
        seating.leave(1)
        seating.leave(2)
        #expect(seating.count == 2)
        seating.move(5, to: .silent, at: at(11))
        #expect(seating.next(at: at(20)) == .send(3))
    }

    @Test mutating func whoHasJustComeIsAboutToAsk() {
        for seat: UInt64 in 1...3 { seating.move(seat, to: .silent, at: at(1)) }
        #expect(seating.next(at: at(1.5)) == .wait(until: at(2)))
        seating.move(1, to: .busy, at: at(1.6))
        seating.move(2, to: .busy, at: at(1.6))
        #expect(seating.next(at: at(2)) == .send(3))
    }

    @Test mutating func whoHasARequestUnderWayStays() {
        for seat: UInt64 in 1...3 {
            seating.move(seat, to: .silent, at: at(0))
            seating.move(seat, to: .busy, at: at(0))
        }
        #expect(seating.next(at: at(1000)) == .nothing)
        seating.move(2, to: .idle, at: at(1000))
        #expect(seating.next(at: at(1000)) == .wait(until: at(1001)))
        #expect(seating.next(at: at(1001)) == .send(2))
    }

    /// Whatever they do on the way out.
    @Test mutating func nobodyGoesTwice() {
        for seat: UInt64 in 1...4 { seating.move(seat, to: .silent, at: at(0)) }
        #expect(seating.next(at: at(5)) == .send(1))
        seating.move(1, to: .idle, at: at(5))
        seating.move(1, to: .busy, at: at(5))
        #expect(seating.next(at: at(9)) == .send(2))
        #expect(seating.next(at: at(9)) == .nothing)
    }

    @Test mutating func theLeastToLoseComesFirst() {
        var seating = Seating(places: 0)
        let order: [Seating.Standing] = [.reading, .idle, .leaving, .silent, .busy]
        for (seat, standing) in order.enumerated() {
            seating.move(UInt64(seat), to: standing, at: at(Double(seat)))
        }
        let gone = (0..<4).map { _ in seating.next(at: at(10)) }
        #expect(gone == [.send(3), .send(2), .send(1), .send(0)])
        #expect(seating.next(at: at(10)) == .nothing)
    }

    /// A connection that asks a million times costs no more memory than one that asks once.
    @Test mutating func whatIsRememberedIsBounded() {
        for round in 0..<100_000 {
            seating.move(UInt64(round % 3), to: .busy, at: at(Double(round)))
            seating.move(UInt64(round % 3), to: .idle, at: at(Double(round)))
        }
        #expect(seating.ticketCount < 200)
        #expect(seating.next(at: at(200_000)) == .send(1))
    }
}
