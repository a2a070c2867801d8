import ProxyCore
import Settings
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct ConnectionPlacesTests {
    /// Who asks for a place.
    struct Caller {
        var session = "s1"
        var user: String? = "u1"
        var address = "192.0.2.1"
        var token = "t1"
        var isShared = false

        /// Its request, whose token says all that.
        func request() throws -> AdmittedRequest {
            var gate = Gate(policy: GatePolicy(checksAddress: false, tellsTokensApart: true))
            let text = Tokens.make(sessionID: session) { claims in
                claims.userID = user
                claims.tokenID = token
            }
            let address = try #require(IPAddress(address))
            let credential = Credential.bearer(Array(text.utf8)[...])
            return AdmittedRequest(
                id: RequestID(),
                head: try makeHead("GET / HTTP/1.1", fields: "Host: a\r\n"),
                origin: RequestOrigin(address: address, isBehindTrustedProxy: isShared, isShared: isShared),
                grant: try gate.admit(credential, keys: Tokens.keys, peer: address, now: Tokens.now)
            )
        }
    }

    /// Places with limits, and the requests that hold one.
    struct Room {
        var places: ConnectionPlaces

        init(_ environment: [String: String]) throws {
            places = ConnectionPlaces(try ConnectionLimits(Environment(environment)))
        }

        /// The id of a caller that has a place now.
        mutating func admit(_ caller: Caller) throws -> RequestID {
            let request = try caller.request()
            #expect(places.enter(request.id, places.holder(for: request)) == nil)
            return request.id
        }

        mutating func evict(_ id: RequestID) -> Bool { places.evict(id) }

        func limit(for caller: Caller) throws -> ConnectionLimit? {
            places.limit(reachedFor: places.holder(for: try caller.request()))
        }

        func candidates(for caller: Caller, below limit: ConnectionLimit) throws -> Set<RequestID> {
            places.candidates(for: places.holder(for: try caller.request()), below: limit)
        }
    }

    private static let each = "CDP_PROXY_MAX_CONNECTIONS_PER_"

    @Test(
        arguments: [
            (["CDP_PROXY_MAX_CONNECTIONS": "2"], Caller(session: "s2", user: "u2", address: "192.0.2.2"), .total),
            (["\(each)SESSION": "2"], Caller(user: "u2", address: "192.0.2.2", token: "t2"), .session),
            (["\(each)SESSION": "2"], Caller(session: "s2"), nil),
            (["\(each)USER": "2"], Caller(session: "s2", address: "192.0.2.2", token: "t2"), .user),
            (["\(each)USER": "2"], Caller(user: "u2"), nil),
            (["\(each)USER": "2"], Caller(user: nil), nil),
            (["\(each)ADDRESS": "2"], Caller(session: "s2", user: "u2", token: "t2"), .address),
            (["\(each)ADDRESS": "2"], Caller(address: "192.0.2.2"), nil),
            (["\(each)ADDRESS": "2"], Caller(isShared: true), nil),
            (["\(each)ADDRESS": "2", "\(each)USER": "2", "\(each)SESSION": "2"], Caller(), .address),
            ([:], Caller(), nil),
        ] as [([String: String], Caller, ConnectionLimit?)]
    )
    func aLimitIsForThoseWhoShareWhatItCounts(
        _ environment: [String: String],
        _ caller: Caller,
        _ limit: ConnectionLimit?
    ) throws {
        var room = try Room(environment)
        let first = try room.admit(Caller())
        #expect(try room.limit(for: caller) == nil)
        _ = try room.admit(Caller())
        #expect(try room.limit(for: caller) == limit)
        room.places.leave(first)
        #expect(try room.limit(for: caller) == nil)
    }

    @Test func anIPv6BlockIsOneAddress() throws {
        var room = try Room(["\(Self.each)ADDRESS": "1"])
        _ = try room.admit(Caller(address: "2001:db8::1"))
        #expect(try room.limit(for: Caller(address: "2001:db8::2:1")) == .address)
        #expect(try room.limit(for: Caller(address: "2001:db8:0:1::1")) == nil)
    }

    @Test func aPlaceIsGivenBackOnce() throws {
        var room = try Room(["\(Self.each)SESSION": "2"])
        let first = try room.admit(Caller())
        _ = try room.admit(Caller())
        for _ in 0..<3 { room.places.leave(first) }
        #expect(room.places.count == 1)
        _ = try room.admit(Caller())
        #expect(try room.limit(for: Caller()) == .session)
    }

    @Test func withoutEvictionNobodyIsACandidate() throws {
        var room = try Room(["\(Self.each)SESSION": "1"])
        _ = try room.admit(Caller())
        #expect(try room.candidates(for: Caller(), below: .session).isEmpty)
    }

    @Test(
        arguments: [
            (Caller(), .session, true), (Caller(address: "192.0.2.2"), .session, true),
            (Caller(address: "192.0.2.2"), .address, false), (Caller(), .address, true),
            (Caller(token: "t2"), .total, false),
            // The same id in two tokens: one issuer may count for each session, or for each user.
            (Caller(session: "s2"), .total, false), (Caller(user: "u2"), .total, false),
            (Caller(user: nil), .total, false),
        ] as [(Caller, ConnectionLimit, Bool)]
    )
    func onlyTheSameTokenMakesRoom(_ caller: Caller, _ limit: ConnectionLimit, _ isCandidate: Bool) throws {
        var room = try Room(["CDP_PROXY_FULL": "evict", "\(Self.each)ADDRESS": "1"])
        let held = try room.admit(Caller())
        #expect(try room.candidates(for: caller, below: limit) == (isCandidate ? [held] : []))
    }

    @Test func whoIsEvictedIsCountedNoMore() throws {
        var room = try Room(["CDP_PROXY_FULL": "evict", "\(Self.each)SESSION": "1"])
        let first = try room.admit(Caller())
        #expect([room.evict(first), room.evict(first)] == [true, false])
        _ = try room.admit(Caller())
        room.places.leave(first)
        #expect(room.places.count == 1)
        #expect(try room.limit(for: Caller()) == .session)
    }

    @Test func fewAreEvictedAtATime() throws {
        var room = try Room(["CDP_PROXY_FULL": "evict", "\(Self.each)SESSION": "1"])
        var evicted: [RequestID] = []
        for _ in 0..<ConnectionPlaces.mostEvicted {
            evicted.append(try room.admit(Caller()))
            #expect([room.evict(evicted[evicted.count - 1])] == [true])
        }
        let last = try room.admit(Caller())
        #expect(try room.candidates(for: Caller(), below: .session).isEmpty)
        room.places.leave(evicted[0])
        #expect(try room.candidates(for: Caller(), below: .session) == [last])
    }
}
