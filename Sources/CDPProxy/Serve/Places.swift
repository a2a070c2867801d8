import ProxyCore

/// A limited number of places for connections that have shown no credential, so that no crowd of them, from one address or
/// from many, keeps others out: when there is no place left, the oldest of those that are silent gives up its own.
///
/// Entering and leaving take a bounded number of steps, however many are in. Pure: whether a holder is silent is asked of the
/// caller.
struct Places<Holder> {
    /// A place that was taken. Its holder may have had to give it up meanwhile.
    struct Place: Sendable {
        fileprivate let index: Int
        fileprivate let number: UInt64
    }

    private struct Slot {
        let holder: Holder
        let number: UInt64
        let address: IPAddress?
    }

    /// How many of the oldest are looked at for a silent one.
    static var mostLookedAt: Int { 8 }

    private let limit: Int
    private let limitOfAddress: Int
    private var slots: [Slot?] = []
    private var taken: UInt64 = 0
    private var free: [Int] = []
    private var all = AgeChain()
    private var neighbours: [AgeChain.Link] = []
    private var chains: [IPAddress: AgeChain] = [:]
    private var neighboursOfAddress: [AgeChain.Link] = []

    /// So many places, of which one address may have so many.
    init(limit: Int, ofOneAddress limitOfAddress: Int = .max) {
        self.limit = max(limit, 1)
        self.limitOfAddress = max(limitOfAddress, 1)
    }

    /// How many places are held.
    var count: Int { all.count }

    /// How many places are held from an address.
    func count(of address: IPAddress) -> Int { chains[address.block]?.count ?? 0 }

    /// Who holds a place; nil once it is given up.
    subscript(place: Place) -> Holder? { holds(place) ? slots[place.index]?.holder : nil }

    private func holds(_ place: Place) -> Bool { slots[place.index]?.number == place.number }

    /// Everybody who holds a place.
    var holders: [Holder] { slots.compactMap { $0?.holder } }

    /// Takes a place, one more than there are if need be. `address` is nil where many share one, such as a load balancer's.
    mutating func enter(_ holder: Holder, from address: IPAddress?) -> Place {
        let index = free.popLast() ?? slots.count
        if index == slots.count {
            slots.append(nil)
            neighbours.append(AgeChain.Link())
            neighboursOfAddress.append(AgeChain.Link())
        }
        taken += 1
        slots[index] = Slot(holder: holder, number: taken, address: address?.block)
        append(index)
        return Place(index: index, number: taken)
    }

    /// Gives a place back, if it was not given up before.
    mutating func leave(_ place: Place) {
        if holds(place) { vacate(place.index) }
    }

    /// Makes room for one more from an address: the oldest silent one of that address gives up its place when it has all it
    /// may have, else of all when there is none left, else nobody. When there are more than there are places, one goes each
    /// time besides, so that they become fewer.
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

    /// Takes its place from the oldest silent one, if there is one among the oldest. Who is not silent is looked at again only
    /// after the others have been.
    private mutating func takeOldestSilent(of address: IPAddress?, _ isSilent: (Holder) -> Bool) -> [Holder] {
        for _ in 0..<Self.mostLookedAt {
            let oldest = if let address { chains[address]?.first } else { all.first }
            guard let oldest, let holder = slots[oldest]?.holder else { return [] }
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

/// Those who hold places, oldest first: a chain whose links stand in an array, so that one is taken out of it at once.
private struct AgeChain {
    /// Who stands before and behind one in the chain.
    struct Link {
        var before: Int?
        var after: Int?
    }

    /// The oldest.
    private(set) var first: Int?
    private var last: Int?
    private(set) var count = 0

    /// Puts one in as the youngest.
    mutating func append(_ index: Int, in links: inout [Link]) {
        links[index] = Link(before: last, after: nil)
        if let last { links[last].after = index } else { first = index }
        last = index
        count += 1
    }

    /// Takes one out.
    mutating func remove(_ index: Int, in links: inout [Link]) {
        let link = links[index]
        if let before = link.before { links[before].after = link.after } else { first = link.after }
        if let after = link.after { links[after].before = link.before } else { last = link.before }
        count -= 1
    }
}

extension IPAddress {
    /// Whose limits it counts for: who has an IPv6 address has 2⁶⁴ of them.
    fileprivate var block: IPAddress { isIPv4 ? self : IPAddress(bits: (bits >> 64) << 64) }
}
