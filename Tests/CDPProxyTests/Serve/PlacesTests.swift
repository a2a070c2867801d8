import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct PlacesTests {
    private static let here = IPAddress.loopback
    private static let there = IPAddress(ipv4: 0x0A00_0001)

    /// Places held by numbers, of which the silent ones are told.
    private struct Room {
        var places: Places<Int>
        var held: [Int: Places<Int>.Place] = [:]
        var busy: Set<Int> = []
        /// How often a holder was asked whether it is silent.
        var asked = 0

        init(limit: Int, ofOneAddress: Int = .max) {
            places = Places(limit: limit, ofOneAddress: ofOneAddress)
        }

        /// Lets a holder in as the listener does, and gives the holders that had to go.
        mutating func enter(_ number: Int, from address: IPAddress?) -> [Int] {
            var count = 0
            let gone = places.makeRoom(for: address) { holder in
                count += 1
                return !busy.contains(holder)
            }
            asked += count
            held[number] = places.enter(number, from: address)
            return gone
        }

        mutating func leave(_ number: Int) {
            if let place = held.removeValue(forKey: number) { places.leave(place) }
        }
    }

    @Test func theOldestSilentOneGoesWhenAllPlacesAreHeld() {
        var room = Room(limit: 3)
        #expect((1...3).map { room.enter($0, from: nil) } == [[], [], []])
        #expect(room.enter(4, from: nil) == [1])
        room.leave(3)
        #expect(room.enter(5, from: nil) == [])
        #expect(room.enter(6, from: nil) == [2])
        #expect(room.places.holders.sorted() == [4, 5, 6])
    }

    @Test func anAddressThatHasAllItMayHaveMakesRoomItself() {
        var room = Room(limit: 10, ofOneAddress: 2)
        #expect(room.enter(1, from: Self.there) == [])
        #expect(room.enter(2, from: Self.here) == [])
        #expect(room.enter(3, from: Self.here) == [])
        #expect(room.enter(4, from: Self.here) == [2])
        #expect(room.enter(5, from: Self.here) == [3])
        #expect(room.places.count(of: Self.here) == 2)
        #expect(room.places.count(of: Self.there) == 1)
        // A holder without an address has no limit of its own: a load balancer's clients may have all places.
        for number in 6...12 { #expect(room.enter(number, from: nil) == []) }
        #expect(room.enter(13, from: nil) == [1])
    }

    @Test func whoSaysSomethingStays() {
        var room = Room(limit: 3)
        for number in 1...3 { _ = room.enter(number, from: nil) }
        room.busy = [1]
        #expect(room.enter(4, from: nil) == [2])
        room.busy = [1, 3, 4]
        // No holder is silent: there is one more than there are places.
        #expect(room.enter(5, from: nil) == [])
        #expect(room.places.count == 4)
        // When they are silent again, they become as many as there are places.
        room.busy = []
        #expect(room.enter(6, from: nil).count == 2)
        #expect(room.enter(7, from: nil).count == 1)
        #expect(room.places.count == 3)
    }

    @Test func aPlaceThatWasGivenUpIsNotGivenBack() {
        var room = Room(limit: 1)
        #expect(room.enter(1, from: nil) == [])
        let first = room.held[1]
        #expect(room.enter(2, from: nil) == [1])
        #expect(first.map { room.places.holder(of: $0) == nil } == true)
        room.leave(1)
        #expect(room.places.count == 1)
        #expect(room.held[2].flatMap { room.places.holder(of: $0) } == 2)
    }

    @Test func manyAddressesOfOneNetworkAreOne() throws {
        var room = Room(limit: 10, ofOneAddress: 1)
        let first = try #require(IPAddress("2001:db8:0:1::1"))
        let second = try #require(IPAddress("2001:db8:0:1:ffff::2"))
        let other = try #require(IPAddress("2001:db8:0:2::1"))
        #expect(room.enter(1, from: first) == [])
        #expect(room.enter(2, from: other) == [])
        #expect(room.enter(3, from: second) == [1])
    }

    /// However many hold places, one more costs as few looks at them.
    @Test func aCrowdCostsEachNewcomerTheSame() {
        var room = Room(limit: 2_000, ofOneAddress: 500)
        for number in 0..<10_000 {
            if number % 3 == 0 { room.busy.insert(number) }
            _ = room.enter(number, from: IPAddress(ipv4: UInt32(number % 7)))
        }
        #expect(room.asked <= 20_000 * Places<Int>.mostLookedAt)
        room.busy = Set(0..<10_000)
        room.asked = 0
        _ = room.enter(10_000, from: nil)
        #expect(room.asked == 2 * Places<Int>.mostLookedAt)
        for number in room.held.keys.shuffled() { room.leave(number) }
        #expect(room.places.count == 0)
        #expect(room.places.holders.isEmpty)
        #expect((0..<7).allSatisfy { room.places.count(of: IPAddress(ipv4: $0)) == 0 })
    }
}
