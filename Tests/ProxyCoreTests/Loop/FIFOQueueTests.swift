import Testing

@testable import ProxyCore

@Suite struct FIFOQueueTests {
    @Test func servesInTheOrderOfArrival() {
        var line = FIFOQueue<Int>()
        #expect(line.isEmpty)
        #expect(line.takeFirst() == nil)
        var next = 0
        var taken: [Int] = []
        // More come than go, and then more go than come, across every moment at which room is made.
        for round in 0..<6000 {
            for _ in 0..<(round < 3000 ? 2 : 0) {
                line.append(next)
                next += 1
            }
            if let first = line.takeFirst() { taken.append(first) }
            #expect(line.count == next - taken.count)
        }
        #expect(taken == Array(0..<6000))
        #expect(line.isEmpty)
    }
}
