import ProxyCore
import Testing

@testable import SessionService

@Suite struct IdentityTokenTests {
    @Test(arguments: HostileIdentityToken.all) func everyHostileTokenIsRefusedForItsReason(
        _ hostile: HostileIdentityToken
    ) async throws {
        #expect(Identity.reason(hostile.token, try await Identity.keys()) == hostile.reason)
    }

    @Test func allCasesDiffer() {
        #expect(HostileIdentityToken.all.count >= 150)
        #expect(Set(HostileIdentityToken.all.map(\.token)).count == HostileIdentityToken.all.count)
    }

    @Test(arguments: [HostileIdentityToken.sound, HostileIdentityToken.soundRSA])
    func aChangeOfAnyCharacterIsRefused(good: String) async throws {
        let keys = try await Identity.keys()
        for index in good.indices {
            var changed = good
            changed.replaceSubrange(index...index, with: good[index] == "A" ? "B" : "A")
            #expect(Identity.reason(changed, keys) != nil, "at \(good.distance(from: good.startIndex, to: index))")
        }
    }

    @Test func noPrefixOfATokenIsAccepted() async throws {
        let keys = try await Identity.keys()
        for count in 0..<HostileIdentityToken.sound.count {
            #expect(Identity.reason(String(HostileIdentityToken.sound.prefix(count)), keys) != nil)
        }
    }

    @Test func aKeyOfAnotherAlgorithmVerifiesNothing() async throws {
        let keys = try await Identity.keys()
        let token = try IdentityToken(Array(HostileIdentityToken.sound.utf8)[...])
        let rsa = try #require(keys[Identity.name("rsa", .rs256)])
        #expect(throws: AuthenticationFailure.signature) { try token.verifiedPayload(with: rsa) }
    }
}
