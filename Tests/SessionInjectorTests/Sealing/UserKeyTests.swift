import FoundationEssentials
import SessionInjector
import Testing

/// The bytes 0 to 31 in base64. It is not a secret.
let fakeSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/// A state sealed by Python's `cryptography` (HKDF and AESGCM) under `fakeSecret`.
struct PythonVector: CustomTestStringConvertible, Sendable {
    var userID: String
    var derivedKey: String
    var iv: String
    var sealed: String
    var plaintext: String

    var testDescription: String { userID }

    var state: SealedState {
        SealedState(
            ciphertext: Array(Data(base64Encoded: sealed) ?? Data()),
            iv: Array(Data(base64Encoded: iv) ?? Data())
        )
    }

    static let all = [
        PythonVector(
            userID: "user-1",
            derivedKey: "QadMwf8MaEOtNSmm6gKNOoqZQH7UNOsTgXDptfVTSlc=",
            iv: "oKCgoKCgoKCgoKCg",
            sealed: "5U5Qtu9u1OV8IyIp+UKc3zCnZqjPx5LOGi0nDLMifXS0pvzQo1Zz2d66dw==",
            plaintext: #"{"cookies":[],"origins":[]}"#
        ),
        PythonVector(
            userID: "zo\u{EB}@example.test",
            derivedKey: "UJw87eiuXxt3mkR1I1X7+7Kk88Id+LTcTzNw0grr/Fs=",
            iv: "oaGhoaGhoaGhoaGh",
            sealed: "tvGdAftqyK6fFOt3PDdH2bjs5N0W5lkcu5MbDQ5naWFEqw==",
            plaintext: "{\"note\":\"gr\u{FC}\u{DF}e\"}"
        ),
        PythonVector(
            userID: "",
            derivedKey: "1inu62u2MD5FzHfa2Cc+JVGQsvC3wopVY2MKLDhRAAU=",
            iv: "oqKioqKioqKioqKi",
            sealed: "Nd7UiHMdSikBx5wLAXAcDA==",
            plaintext: ""
        ),
    ]
}

@Suite struct UserKeyTests {
    @Test(arguments: PythonVector.all)
    func aStateSealedByPythonOpens(vector: PythonVector) throws {
        let derived = try MasterSecret(base64: fakeSecret).userKey(for: vector.userID)
        #expect(try derived.open(vector.state) == Array(vector.plaintext.utf8))
        let handedOver = try UserKey(base64: vector.derivedKey)
        #expect(try handedOver.open(vector.state) == Array(vector.plaintext.utf8))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 4096, 1_000_000])
    func aSealedTextOpensToTheSameBytes(count: Int) throws {
        let key = try MasterSecret(base64: fakeSecret).userKey(for: "u")
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let sealed = key.seal(plaintext)
        #expect(sealed.iv.count == 12)
        #expect(sealed.ciphertext.count == count + 16)
        #expect(try key.open(sealed) == plaintext)
    }

    @Test func everySealingHasAnIVOfItsOwn() throws {
        let key = try UserKey(base64: fakeSecret)
        let all = (0..<100).map { _ in key.seal([1, 2, 3]) }
        #expect(Set(all.map(\.iv)).count == 100)
        #expect(Set(all.map(\.ciphertext)).count == 100)
    }

    @Test func anyFlippedBitIsRefused() throws {
        let vector = PythonVector.all[0]
        let key = try UserKey(base64: vector.derivedKey)
        for bit in 0..<vector.state.ciphertext.count * 8 {
            var changed = vector.state
            changed.ciphertext[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SealingError.notAuthentic) { try key.open(changed) }
        }
        for bit in 0..<96 {
            var changed = vector.state
            changed.iv[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SealingError.notAuthentic) { try key.open(changed) }
        }
    }

    @Test func anotherUsersKeyIsRefused() throws {
        let master = try MasterSecret(base64: fakeSecret)
        let sealed = master.userKey(for: "user-1").seal([1, 2, 3])
        #expect(throws: SealingError.notAuthentic) { try master.userKey(for: "user-2").open(sealed) }
        let keys = SealingKeys.user(master.userKey(for: "user-2"))
        #expect(throws: SealingError.notAuthentic) { try keys.key(for: "user-1").open(sealed) }
        #expect(try SealingKeys.master(master).key(for: "user-1").open(sealed) == [1, 2, 3])
    }

    @Test func wrongLengthsAreNamed() throws {
        let key = try UserKey(base64: fakeSecret)
        #expect(throws: SealingError.ivLength(11)) {
            try key.open(
                SealedState(ciphertext: [UInt8](repeating: 0, count: 20), iv: [UInt8](repeating: 0, count: 11))
            )
        }
        #expect(throws: SealingError.ciphertextLength(15)) {
            try key.open(
                SealedState(ciphertext: [UInt8](repeating: 0, count: 15), iv: [UInt8](repeating: 0, count: 12))
            )
        }
    }

    @Test(arguments: [
        ("", SealingError.keyLength(0)), ("AAECAwQF", .keyLength(6)), (fakeSecret + "AAAA", .keyNotBase64),
        ("not base64!", .keyNotBase64), (String(fakeSecret.dropLast()), .keyNotBase64),
    ])
    func unusableKeysAreRefused(text: String, error: SealingError) {
        #expect(throws: error) { try UserKey(base64: text) }
        #expect(throws: error) { try MasterSecret(base64: text) }
    }

    @Test func whiteSpaceAroundAKeyIsStripped() throws {
        let vector = PythonVector.all[0]
        let key = try UserKey(base64: "  \(vector.derivedKey)\r\n")
        #expect(try key.open(vector.state) == Array(vector.plaintext.utf8))
    }

    @Test func keysDoNotShowTheirBytes() throws {
        let master = try MasterSecret(base64: fakeSecret)
        let key = master.userKey(for: "u")
        for shown in ["\(master)", "\(key)", String(reflecting: master), String(reflecting: key)] {
            #expect(shown.hasSuffix("(hidden)"))
        }
        var dumped = ""
        dump([SealingKeys.master(master), .user(key)], to: &dumped)
        #expect(!dumped.contains("SymmetricKey"))
    }
}
