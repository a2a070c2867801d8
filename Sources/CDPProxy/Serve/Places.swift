import ProxyCore

/// A limited number of places for connections that have shown no credential. When no place is left, the oldest silent holder
/// gives up its own, so that no crowd, from one address or from many, keeps other clients out.
///
/// Entering and leaving take a bounded number of steps, however many holders there are. It does no I/O: the caller says
/// which holders are silent.
struct Places<Holder> {
    /// A place that was taken. Its holder may have given it up since.
    struct Place: Sendable {
        fileprivate let index: Int
        fileprivate let number: UInt64
    }

    /// What is known of a taken place besides its holder.
    private struct Slot {
        let number: UInt64
        let address: IPAddress?
    }

    /// How many of the oldest holders one search for a silent one looks at.
    static var mostLookedAt: Int { 8 }

    private let limit: Int
    private let limitOfAddress: Int
    private var slots: [Slot?] = []
    /// Apart from the slots, so that no holder is copied to ask for its number or address.
    private var holderOfSlot: [Holder?] = []
    private var taken: UInt64 = 0
    private var free: [Int] = []
    private var all = AgeChain()
    private var neighbours: [AgeChain.Link] = []
    private var chains: [IPAddress: AgeChain] = [:]
    private var neighboursOfAddress: [AgeChain.Link] = []

    /// At most `limit` places, of which one address may have `limitOfAddress`.
    init(limit: Int, ofOneAddress limitOfAddress: Int = .max) {
        self.limit = max(limit, 1)
        self.limitOfAddress = max(limitOfAddress, 1)
    }

    /// How many places are held.
    var count: Int { all.count }

    /// How many places are held from an address.
    func count(of address: IPAddress) -> Int { chains[address.block]?.count ?? 0 }

    /// The holder of a place; nil once it gave the place up.
    ///
    /// Mutating, since the caller that stores the places in a class would copy them all to ask.
    mutating func holder(of place: Place) -> Holder? { holds(place) ? holderOfSlot[place.index] : nil }

    private func holds(_ place: Place) -> Bool { slots[place.index]?.number == place.number }

    /// All holders.
    var holders: [Holder] { holderOfSlot.compactMap { $0 } }

    /// Takes a place, above the limit if need be. `address` is nil where many clients share one, such as a load balancer's.
    mutating func enter(_ holder: consuming Holder, from address: IPAddress?) -> Place {
        let index = free.popLast() ?? slots.count
        if index == slots.count {
            slots.append(nil)
            holderOfSlot.append(nil)
            neighbours.append(AgeChain.Link())
            neighboursOfAddress.append(AgeChain.Link())
        }
        taken += 1
        slots[index] = Slot(number: taken, address: address?.block)
        holderOfSlot[index] = holder
        append(index)
        return Place(index: index, number: taken)
    }

    /// Gives a place back, unless its holder gave it up before.
    mutating func leave(_ place: Place) {
        if holds(place) { vacate(place.index) }
    }

    /// Makes room for one more holder from an address, and gives the holders that lose their places. When the address has
    /// all its places, that is its oldest silent holder; else, when no place is left, the oldest silent of all. Above the
    /// limit a second one goes each time, so that the number falls back to the limit.
    mutating func makeRoom(for address: IPAddress?, isSilent: (Holder) -> Bool) -> [Holder] {
        var gone: [Holder] = []
        for _ in 0..<2 {
            if let address, count(of: address) >= limitOfAddress {
                gone += takeOldestSilent(of: address.block, isSilent)
            } else if count >= limit {
                gone += takeOldestSilent(of: nil, isSilent)
            }
        }
        return gone
    }

    /// Takes its place from the oldest silent holder, if one of the ``mostLookedAt`` oldest is silent. A holder that is not
    /// silent goes to the end, and is looked at again only after all the others.
    private mutating func takeOldestSilent(of address: IPAddress?, _ isSilent: (Holder) -> Bool) -> [Holder] {
        for _ in 0..<Self.mostLookedAt {
            let oldest = if let address { chains[address]?.first } else { all.first }
            guard let oldest, let holder = holderOfSlot[oldest] else { return [] }
            if isSilent(holder) {
                vacate(oldest)
                return [holder]
            }
            remove(oldest)
            append(oldest)
        }
        return []
    }

    private mutating func vacate(_ index: Int) {
        remove(index)
        slots[index] = nil
        holderOfSlot[index] = nil
        free.append(index)
    }

    private mutating func append(_ index: Int) {
        all.append(index, in: &neighbours)
        guard let address = slots[index]?.address else { return }
        chains[address, default: AgeChain()].append(index, in: &neighboursOfAddress)
    }

    private mutating func remove(_ index: Int) {
        all.remove(index, in: &neighbours)
        guard let address = slots[index]?.address else { return }
        chains[address]?.remove(index, in: &neighboursOfAddress)
        if chains[address]?.count == 0 { chains[address] = nil }
    }
}

/// Holders, oldest first: a doubly linked list whose links stand in an array, so that removing one takes constant time.
private struct AgeChain {
    /// The holders before and behind one in the chain.
    struct Link {
        var before: Int?
        var after: Int?
    }

    /// The oldest.
    private(set) var first: Int?
    private var last: Int?
    private(set) var count = 0

    /// Appends one as the youngest.
    mutating func append(_ index: Int, in links: inout [Link]) {
        links[index] = Link(before: last, after: nil)
        if let last { links[last].after = index } else { first = index }
        last = index
        count += 1
    }

    /// Removes one.
    mutating func remove(_ index: Int, in links: inout [Link]) {
        let link = links[index]
        if let before = link.before { links[before].after = link.after } else { first = link.after }
        if let after = link.after { links[after].before = link.before } else { last = link.before }
        count -= 1
    }
}
