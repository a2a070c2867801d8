import FoundationEssentials
import JWTKit

/// A provider's public key, ready for verifying.
struct IdentityKey: Sendable {
    /// The only algorithm it verifies.
    let algorithm: IdentityAlgorithm
    private let verifier: any JWTAlgorithm

    /// The key of a JSON Web Key; nil when its numbers are invalid, for example a point that is not on the curve.
    init?(_ key: JSONWebKey) async {
        let identifier = JWKIdentifier(string: "key")
        let jwk: JWK =
            switch key.numbers {
            case .rsa(let modulus, let exponent):
                .rsa(.rs256, identifier: identifier, modulus: modulus, exponent: exponent)
            case .p256(let x, let y):
                .ecdsa(.es256, identifier: identifier, x: x, y: y, curve: .p256)
            }
        // One collection for each key, because a collection of several uses its first key for an unknown name.
        let collection = JWTKeyCollection()
        guard (try? await collection.add(jwk: jwk)) != nil,
            let verifier = try? await collection.getKey(for: identifier, alg: key.name.algorithm.rawValue),
            verifier.name == key.name.algorithm.rawValue
        else { return nil }
        algorithm = key.name.algorithm
        self.verifier = verifier
    }

    /// Whether `signature` is this key's for `message`. It takes about 25 microseconds (RS256, 2048 bits) or 75
    /// (ES256).
    func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        // An ES256 signature is two numbers of 32 bytes (RFC 7518 section 3.4). JWTKit checks the length of an RSA one.
        guard algorithm != .es256 || signature.count == 64 else { return false }
        return (try? verifier.verify(signature, signs: message)) ?? false
    }
}
