/// The tokens whose signature was found good lately. Clients come again with the token they have, first for
/// `/json/version` and then for the WebSocket, and a signature over the same bytes is as good the second time.
///
/// Only what follows from the bytes and the key is remembered: the gate checks time, address, session and use each time.
/// A token signed with a key that has left the accepted keys is not found. Bounded in number and in bytes.
struct VerifiedTokens: Sendable {
    private static let mostTokens = 256
    private static let longestToken = 2048

    private var tokens: [Bytes: VerifiedToken] = [:]

    /// A token as it came. Its last bytes, a signature, are hashed for all of them, in one go: no two good
    /// tokens end alike.
    private struct Bytes: Hashable {
        let bytes: ArraySlice<UInt8>

        func hash(into hasher: inout Hasher) {
            unsafe bytes.suffix(32).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }

        static func == (left: Bytes, right: Bytes) -> Bool { left.bytes.span.hasSameBytes(as: right.bytes.span) }
    }

    /// What a token says whose bytes were verified with one of these keys before; nil when it has to be verified.
    ///
    /// The hash that is looked up by is keyed with a secret of this process, so how long it takes tells a stranger nothing
    /// of the tokens that are here.
    func find(_ token: ArraySlice<UInt8>, _ keys: SigningKeys?, role: SigningKey?) -> VerifiedToken? {
        guard token.count <= Self.longestToken, let known = tokens[Bytes(bytes: token)] else { return nil }
        return keys?.contain(known.signer) == true || known.signer === role ? known : nil
    }

    /// Remembers a token that was verified. When there is no room, all others are forgotten: they are verified anew.
    mutating func add(_ verified: VerifiedToken, _ token: ArraySlice<UInt8>) {
        guard token.count <= Self.longestToken else { return }
        if tokens.count >= Self.mostTokens { tokens.removeAll() }
        // A copy of its own: the slice is of a whole head.
        tokens[Bytes(bytes: Array(token)[...])] = verified
    }
}
