import ProxyCore
import Testing

@Suite struct SigningKeyTests {
    @Test(arguments: [(0, false), (31, false), (32, true), (64, true), (65, true), (4096, true)])
    func aKeyIsAsLongAsTheHash(count: Int, isKey: Bool) {
        #expect((SigningKey([UInt8](repeating: 1, count: count)) != nil) == isKey)
    }

    /// RFC 2104 section 2: a key longer than the hash's block is hashed first.
    @Test func longKeysAreHashedFirst() throws {
        let key = try #require(SigningKey([UInt8](repeating: 0xAA, count: 131)))
        let token = key.token(header: #"{"alg":"HS256"}"#.utf8, payload: "{}".utf8)
        #expect(token == "eyJhbGciOiJIUzI1NiJ9.e30.\(Self.expected)")
    }

    /// Computed with Python's hmac.
    private static let expected = "nLleUJnFxArKV4u3nr6NnLBVF99awZbbUWZ5uNuB7Ts"
}
