import ProxyCore

/// A public key from a JSON Web Key Set (RFC 7517) that may verify tokens. Other keys are skipped.
struct JSONWebKey: Sendable, Equatable {
    /// The numbers of a public key, in canonical base64url.
    enum Numbers: Sendable, Equatable {
        /// RSA: modulus and public exponent (RFC 7518 section 6.3.1), without leading zeros.
        case rsa(modulus: String, exponent: String)
        /// P-256: a point's coordinates, 32 bytes each (section 6.2.1).
        case p256(x: String, y: String)
    }

    /// The accepted lengths of an RSA modulus, in bits: a shorter one is weak, and a longer one makes every token
    /// expensive.
    static let modulusBits = 2048...8192

    /// The `kid` and the algorithm of this type of key.
    let name: KeyName
    /// The key itself.
    let numbers: Numbers

    /// Reads a member of `keys`. Nil for a key that is not RSA or P-256, is not for verifying signatures, is for
    /// another algorithm or has no `kid`. Nil for one with private numbers too: a provider that publishes those has
    /// lost the key.
    init?(_ value: JSONValue) {
        guard let key = value.objectValue, Self.isForVerifying(key) else { return nil }
        guard !Self.privateMembers.contains(where: { key[$0] != nil }) else { return nil }
        let (algorithm, numbers): (IdentityAlgorithm, Numbers?)
        switch key["kty"]?.stringValue {
        case "RSA": (algorithm, numbers) = (.rs256, Self.rsaNumbers(key))
        case "EC": (algorithm, numbers) = (.es256, Self.p256Numbers(key))
        default: return nil
        }
        guard let numbers, let id = key["kid"], let name = KeyName(id, algorithm) else { return nil }
        guard key["alg"] == nil || IdentityAlgorithm(key["alg"]) == algorithm else { return nil }
        self.name = name
        self.numbers = numbers
    }

    /// The members with private numbers (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Whether the key may verify signatures (RFC 7517 sections 4.2 and 4.3).
    private static func isForVerifying(_ key: JSONObject) -> Bool {
        if let use = key["use"], use != "sig" { return false }
        guard let operations = key["key_ops"] else { return true }
        return operations.arrayValue?.contains("verify") == true
    }

    private static func rsaNumbers(_ key: JSONObject) -> Numbers? {
        guard let modulus = number(key["n"]), let exponent = number(key["e"]),
            modulusBits.contains(bitCount(modulus)), isOdd(modulus),
            // The exponent is odd, from 3 to 2³² - 1: no provider uses others, and large ones are slow.
            exponent.count <= 4, isOdd(exponent), exponent != [1]
        else { return nil }
        return .rsa(modulus: Base64URL.encode(modulus), exponent: Base64URL.encode(exponent))
    }

    private static func p256Numbers(_ key: JSONObject) -> Numbers? {
        guard key["crv"] == "P-256", let x = bytes(key["x"]), let y = bytes(key["y"]), x.count == 32, y.count == 32
        else { return nil }
        return .p256(x: Base64URL.encode(x), y: Base64URL.encode(y))
    }

    private static func bytes(_ value: JSONValue?) -> [UInt8]? {
        guard let text = value?.stringValue else { return nil }
        return Base64URL.decode(text.utf8.span)
    }

    /// A Base64urlUInt (RFC 7518 section 2). It drops leading zeros, which the RFC forbids and providers often send.
    private static func number(_ value: JSONValue?) -> ArraySlice<UInt8>? {
        bytes(value)?.drop { $0 == 0 }
    }

    private static func bitCount(_ number: ArraySlice<UInt8>) -> Int {
        number.count * 8 - (number.first?.leadingZeroBitCount ?? 0)
    }

    private static func isOdd(_ number: ArraySlice<UInt8>) -> Bool { number.last.map { $0 & 1 == 1 } ?? false }
}
