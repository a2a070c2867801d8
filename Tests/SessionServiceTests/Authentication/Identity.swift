import Crypto
import CryptoExtras
import FoundationEssentials
import ProxyCore
import TestSupport

@testable import SessionService

/// A provider's keys, sets and tokens, for tests.
enum Identity {
    /// The present time of tests.
    static let now: Timestamp = 1_800_000_000
    static let issuer = "https://idp.example.com"
    static let audience = "janus"

    /// The keys that sign tokens.
    enum Signer: Sendable, CaseIterable {
        /// The provider's P-256 key, `kid` "ec".
        case curve
        /// The provider's RSA key, `kid` "rsa".
        case rsa
        /// A P-256 key outside the provider's set.
        case otherCurve
        /// An RSA key outside the provider's set.
        case otherRSA
    }

    private static let curve = P256.Signing.PrivateKey()
    private static let otherCurve = P256.Signing.PrivateKey()
    private static let rsa = makeRSAKey()
    private static let otherRSA = makeRSAKey()

    private static func makeRSAKey() -> _RSA.Signing.PrivateKey {
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048) else { preconditionFailure("no RSA key") }
        return key
    }
}

// MARK: - Tokens

extension Identity {
    static let curveHeader = #"{"alg":"ES256","typ":"JWT","kid":"ec"}"#
    static let rsaHeader = #"{"alg":"RS256","typ":"JWT","kid":"rsa"}"#

    /// A signature in the form of RFC 7518; empty when signing fails.
    static func signature(_ message: String, _ signer: Signer) -> [UInt8] {
        let bytes = Array(message.utf8)
        return switch signer {
        case .curve: Array((try? curve.signature(for: bytes).rawRepresentation) ?? Data())
        case .otherCurve: Array((try? otherCurve.signature(for: bytes).rawRepresentation) ?? Data())
        case .rsa: rsaSignature(bytes, by: rsa)
        case .otherRSA: rsaSignature(bytes, by: otherRSA)
        }
    }

    /// The provider's RSA signature with another padding or digest than RS256's.
    static func otherRSASignature(_ message: String, pss: Bool) -> [UInt8] {
        let bytes = Array(message.utf8)
        return pss
            ? rsaSignature(bytes, by: rsa, .PSS)
            : Array(
                (try? rsa.signature(for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5))?.rawRepresentation
                    ?? Data()
            )
    }

    /// The provider's P-256 signature in DER, as in X.509.
    static func derSignature(_ message: String) -> [UInt8] {
        Array((try? curve.signature(for: Array(message.utf8)).derRepresentation) ?? Data())
    }

    private static func rsaSignature(
        _ message: [UInt8],
        by key: _RSA.Signing.PrivateKey,
        _ padding: _RSA.Signing.Padding = .insecurePKCS1v1_5
    ) -> [UInt8] {
        Array((try? key.signature(for: SHA256.hash(data: message), padding: padding))?.rawRepresentation ?? Data())
    }

    /// Header and payload, encoded, with the point between them.
    static func unsigned(_ header: String, _ payload: String) -> String {
        Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    }

    /// A signed token with this header and payload, which need not be JSON.
    static func token(header: String = curveHeader, payload: String = payload(), _ signer: Signer = .curve) -> String {
        let message = unsigned(header, payload)
        return message + "." + Base64URL.encode(signature(message, signer))
    }

    /// The payload of a good token with members replaced or added as JSON; nil leaves one out.
    static func payload(_ edits: KeyValuePairs<String, String?> = [:]) -> String {
        var members: [(name: String, value: String?)] = [
            ("iss", "\"\(issuer)\""), ("aud", "\"\(audience)\""), ("sub", #""user-1""#), ("exp", "1800003600"),
        ]
        for (name, value) in edits {
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].value = value
            } else {
                members.append((name, value))
            }
        }
        let written = members.compactMap { member in member.value.map { #""\#(member.name)":\#($0)"# } }
        return "{" + written.joined(separator: ",") + "}"
    }
}

// MARK: - Keys

extension Identity {
    /// The members of a public key in a set, without its `kid`.
    static func numbers(_ signer: Signer) -> String {
        switch signer {
        case .curve: numbers(curve.publicKey)
        case .otherCurve: numbers(otherCurve.publicKey)
        case .rsa: numbers(rsa.publicKey)
        case .otherRSA: numbers(otherRSA.publicKey)
        }
    }

    private static func numbers(_ key: P256.Signing.PublicKey) -> String {
        let point = Array(key.rawRepresentation)
        let (x, y) = (Base64URL.encode(point[..<32]), Base64URL.encode(point[32...]))
        return #""kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)""#
    }

    private static func numbers(_ key: _RSA.Signing.PublicKey) -> String {
        guard let numbers = try? key.getKeyPrimitives() else { return "" }
        let (modulus, exponent) = (Base64URL.encode(numbers.modulus), Base64URL.encode(numbers.publicExponent))
        return #""kty":"RSA","n":"\#(modulus)","e":"\#(exponent)""#
    }

    /// An element of `keys`, with more members as given.
    static func key(_ signer: Signer, _ id: String, _ more: String = "") -> String {
        #"{"kid":"\#(id)",\#(numbers(signer))\#(more)}"#
    }

    /// A key set of these keys.
    static func set(_ keys: String...) -> String { #"{"keys":[\#(keys.joined(separator: ","))]}"# }

    /// The provider's set: "ec" and "rsa".
    static let usualSet = set(
        key(.curve, "ec", #","use":"sig","alg":"ES256""#),
        key(.rsa, "rsa", #","use":"sig","alg":"RS256""#)
    )

    /// A parsed key set.
    static func keys(_ text: String = usualSet) async throws -> KeySet { try await KeySet(parsing: Array(text.utf8)) }

    /// The name of a key.
    static func name(_ id: String, _ algorithm: IdentityAlgorithm) -> KeyName {
        guard let name = KeyName(JSONValue(id), algorithm) else { preconditionFailure("not a name") }
        return name
    }

    /// Why a token is refused; nil when it is good.
    static func reason(_ token: String, _ keys: KeySet, now: Timestamp = now) -> AuthenticationFailure? {
        do throws(AuthenticationFailure) {
            let token = try IdentityToken(Array(token.utf8)[...])
            guard let key = keys[token.keyName] else { return .unknownKey }
            let payload = try token.verifiedPayload(with: key)
            _ = try IdentityClaims(verifying: payload, issuer: issuer, audience: audience, now: now)
            return nil
        } catch {
            return error
        }
    }
}
