import TestSupport
import Testing

@testable import ProxyCore

@Suite struct GrantFolderTests {
    private static func token(_ session: String, user: String?) -> Grant {
        var claims = TokenClaims(sessionID: session, projectID: "p", expiresAt: .latest)
        claims.userID = user
        return Grant(claims, replayKey: nil, urlToken: nil)
    }

    private static func role(_ user: String) -> Grant {
        Grant(RoleClaims(userID: user, roles: ["operator"], expiresAt: .latest), tokenKey: nil, urlToken: nil)
    }

    private static func key(_ id: String, user: String?) -> Grant {
        Grant(KeyClaims(id: id, userID: user, roles: ["operator"], expiresAt: nil))
    }

    @Test func aNameIsThirtyTwoDigits() {
        let name = Self.token("s", user: "u").folderName
        #expect(name.utf8.count == 32)
        #expect(name.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func aRenewedTokenAndATicketHaveTheSame() {
        let grant = Self.token("s", user: "u")
        #expect(Self.token("s", user: "u").folderName == grant.folderName)
        #expect(grant.byTicket(until: .latest).folderName == grant.folderName)
    }

    @Test func noTwoCallersHaveTheSame() {
        let grants = [
            Self.token("s", user: "u"), Self.token("s", user: nil), Self.token("s", user: ""),
            Self.token("t", user: "u"),
            Self.token("su", user: nil), Self.role("u"), Self.role("s"), Self.key("s", user: "u"),
            Self.key("u", user: nil),
            Grant(admin: ()),
        ]
        #expect(Set(grants.map(\.folderName)).count == grants.count)
    }
}
