import HTTPTypes
import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import SessionService

@Suite struct CallerTests {
    private static func key(user: String?, _ roles: [String]?) -> Caller {
        Caller(KeyRecord(id: "1", name: "n", userID: user, roles: roles, createdAt: 0))
    }

    private static func user(_ caller: Caller, _ name: String?) -> Result<String, ServiceRefusal> {
        do throws(ServiceRefusal) { return .success(try caller.user(named: name)) } catch { return .failure(error) }
    }

    private static let mayAct: [(Caller, String?, String)] = [
        (Caller(ofProvider: "u"), nil, "u"), (Caller(ofProvider: "u"), "u", "u"), (Caller.admin, "v", "v"),
        (key(user: "u", ["viewer"]), nil, "u"), (key(user: "u", ["admin"]), "v", "v"), (key(user: "u", nil), "v", "v"),
        (key(user: "u", nil), nil, "u"), (key(user: nil, nil), "v", "v"), (key(user: nil, ["admin"]), "v", "v"),
    ]

    @Test(arguments: mayAct)
    func aCallerActsFor(_ caller: Caller, _ name: String?, _ user: String) throws {
        #expect(try Self.user(caller, name).get() == user)
    }

    private static let mayNotAct: [(Caller, String?, Int)] = [
        (Caller(ofProvider: "u"), "v", 403), (key(user: "u", ["operator"]), "v", 403), (Caller.admin, nil, 422),
        (key(user: nil, nil), nil, 422), (key(user: nil, ["operator"]), nil, 403),
        (key(user: nil, ["operator"]), "v", 403),
        // Two texts that look alike are two users.
        (Caller(ofProvider: "\u{E9}"), "e\u{301}", 403),
    ]

    @Test(arguments: mayNotAct)
    func aCallerMayNotActFor(_ caller: Caller, _ name: String?, _ status: Int) {
        guard case .failure(let refusal) = Self.user(caller, name) else {
            Issue.record("it should have been refused")
            return
        }
        #expect(refusal.status.code == status)
    }

    @Test func rolesGiveTheirPermissions() {
        let viewer = Self.key(user: "u", ["viewer"]).permissions
        #expect(viewer.allows(.sessionsGet) && !viewer.allows(.sessionsExtract))
        #expect(Self.key(user: "u", nil).permissions == .all)
        #expect(Self.key(user: "u", []).permissions == [])
        #expect(Self.key(user: "u", ["root"]).permissions == [])
        let own = Caller(ofProvider: "u").permissions
        #expect(own.allows(.sessionsCreate) && own.allows(.sessionsExtract) && !own.allows(.everything))
    }
}
