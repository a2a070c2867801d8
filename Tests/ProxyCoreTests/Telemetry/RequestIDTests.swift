import Testing

@testable import ProxyCore

@Suite struct RequestIDTests {
    @Test func isTwelveCharactersAndFresh() {
        let ids = (0..<100).map { _ in RequestID() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.description.utf8.count == 12 })
        #expect(Set(ids.map(\.description)).count == 100)
        #expect(ids.allSatisfy { $0.description.utf8.allSatisfy("0123456789abcdefghjkmnpqrstvwxyz".utf8.contains) })
    }

    /// Sixty bits have a character; two numbers that differ in the others only name one request.
    @Test func isWhatItsCharactersSay() {
        struct Fixed: RandomNumberGenerator {
            let number: UInt64
            func next() -> UInt64 { number }
        }
        var (low, high) = (Fixed(number: 1 | 31 << 55), Fixed(number: 1 | 31 << 55 | 1 << 63))
        #expect(RequestID(using: &low).description == "10000000000z")
        #expect(RequestID(using: &low) == RequestID(using: &high))
    }
}
