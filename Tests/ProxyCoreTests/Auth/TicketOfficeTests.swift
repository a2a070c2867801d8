import TestSupport
import Testing

@testable import ProxyCore

private let now = Tokens.now

/// A grant of a user's, or of a session's that names none.
private func grant(_ userID: String?, sessionID: String = "sess_1", lasting: Double = 3600) throws -> Grant {
    try Tokens.grant {
        $0.sessionID = sessionID
        $0.userID = userID
        $0.expiresAt = now + lasting
    }
}

private func redeem(
    _ ticket: Ticket,
    in office: inout TicketOffice,
    at time: Timestamp = now
) throws(CredentialRejection) -> Grant {
    try office.redeem(Array(ticket.text.utf8)[...], now: time)
}

@Suite struct TicketOfficeTests {
    /// However often it is exchanged, it ends when the first would have.
    @Test func noTicketRenewsItself() throws {
        var office = TicketOffice()
        var ticket = try office.issue(try grant("a"), now: now)
        #expect(ticket.seconds == 30)
        for second in 1..<30 {
            let came = try redeem(ticket, in: &office, at: now + Double(second))
            ticket = try office.issue(came, now: now + Double(second))
            #expect(ticket.seconds == 30 - second)
        }
        #expect(throws: CredentialRejection.expired) { try redeem(ticket, in: &office, at: now + 30) }
    }

    @Test(arguments: [(5.5, 5), (30, 30), (86_400, 30), (0.25, 0)])
    func saysHowLongItLasts(token: Double, seconds: Int) throws {
        var office = TicketOffice()
        #expect(try office.issue(try grant("a", lasting: token), now: now).seconds == seconds)
    }

    @Test func aCallersLoopTakesNoOtherCallersPlace() throws {
        var office = TicketOffice(capacity: 64, share: 4)
        let others = try [grant("b"), grant(nil, sessionID: "a"), grant(nil, sessionID: "b")]
        let tickets = try others.map { try office.issue($0, now: now) }
        let greedy = try grant("a")
        let own = try (0..<1000).map { _ in try office.issue(greedy, now: now) }
        // One more than all of its own; and the newest are good.
        let late = try office.issue(try grant("c"), now: now)
        for ticket in tickets + own.suffix(4) + [late] {
            #expect(throws: Never.self) { try redeem(ticket, in: &office) }
        }
        for ticket in own.dropLast(4) {
            #expect(throws: CredentialRejection.expired) { try redeem(ticket, in: &office) }
        }
    }

    /// Its tokens are one user's, whatever sessions they are for.
    @Test func aUsersSessionsShareOneShare() throws {
        var office = TicketOffice(capacity: 64, share: 2)
        let tickets = try ["s1", "s2", "s3"].map { try office.issue(try grant("a", sessionID: $0), now: now) }
        #expect(throws: CredentialRejection.expired) { try redeem(tickets[0], in: &office) }
        #expect(try redeem(tickets[1], in: &office).sessionID == "s2")
        #expect(try redeem(tickets[2], in: &office).sessionID == "s3")
    }

    @Test func whoHasSomeGivesUpTheirOwnWhenThereIsNoRoom() throws {
        var office = TicketOffice(capacity: 3, share: 3)
        let first = try office.issue(try grant("a"), now: now)
        let second = try office.issue(try grant("a"), now: now)
        let third = try office.issue(try grant("b"), now: now)
        #expect(throws: CredentialRejection.rateLimited) { try office.issue(try grant("c"), now: now) }
        let fourth = try office.issue(try grant("b"), now: now)
        #expect(throws: CredentialRejection.expired) { try redeem(third, in: &office) }
        for ticket in [first, second, fourth] { #expect(throws: Never.self) { try redeem(ticket, in: &office) } }
        // Room comes with time.
        #expect(throws: Never.self) { try office.issue(try grant("c"), now: now + 30) }
    }

    @Test func oneAnswerLeavesTheTicketsOfTheLastOneGood() throws {
        var office = TicketOffice()
        let caller = try grant("a")
        let answers = try (0..<3).map { _ in
            try (0..<Ticket.mostInOneAnswer).map { _ in try office.issue(caller, now: now) }
        }
        for ticket in answers[1] + answers[2] { #expect(throws: Never.self) { try redeem(ticket, in: &office) } }
        #expect(throws: CredentialRejection.expired) { try redeem(answers[0][0], in: &office) }
    }
}
