import TestSupport
import Testing

@testable import ProxyCore

@Suite struct RoleTokenTests {
    private let policy = RolePolicy(
        key: Tokens.key(Tokens.otherSecret),
        adminToken: SecretBytes(utf8: "the-admin-of-tests")
    )

    private func admit(_ text: String, _ policy: GatePolicy? = nil, keys: SigningKeys? = Tokens.keys) throws -> Grant {
        var gate = Gate(policy: policy ?? GatePolicy(sessionID: "sess_1", roles: self.policy))
        let credential = Credential.bearer(Array(text.utf8)[...])
        return try gate.admit(credential, keys: keys, peer: IPAddress(ipv4: 1), now: Tokens.now)
    }

    private func roleToken(_ payload: String) -> String { Tokens.sign(payload: payload, secret: Tokens.otherSecret) }

    @Test(arguments: [#""sub":"u""#, #""user_id":"u""#, #""sub":"u","user_id":"u""#])
    func aRoleTokenNamesAUserAndNoSession(user: String) throws {
        let grant = try admit(roleToken("{\(user),\"roles\":[\"operator\"],\"iat\":1,\"exp\":1800003600}"))
        #expect(grant.userID == "u")
        #expect(grant.sessionID == nil)
        #expect(grant.permissions == Role.operator.permissions)
        #expect(grant.expiresAt == Tokens.now + 3600)
    }

    @Test(
        arguments: [
            (#"{"sub":"u","roles":["admin"]}"#, .claims),
            (#"{"sub":"u","roles":["admin"],"exp":1800000000}"#, .expired),
            (#"{"sub":"u","roles":["admin"],"exp":1800003600,"nbf":1800000031}"#, .notYetValid),
            (#"{"roles":["admin"],"exp":1800003600}"#, .claims),
            (#"{"sub":"","roles":["admin"],"exp":1800003600}"#, .claims),
            (#"{"sub":"u","user_id":"v","roles":["admin"],"exp":1800003600}"#, .claims),
            (#"{"sub":"u","exp":1800003600}"#, .claims),
            (#"{"sub":"u","roles":"admin","exp":1800003600}"#, .claims),
            (#"{"sub":"u","roles":[1],"exp":1800003600}"#, .claims),
            (#"{"sub":"u","roles":{"admin":true},"exp":1800003600}"#, .claims),
            (#"{"sub":"u","roles":null,"exp":1800003600}"#, .claims),
            (#"{"sub":"u","roles":[],"permissions":"*","exp":1800003600}"#, .claims),
        ] as [(String, CredentialRejection)]
    )
    func aRoleTokenThatIsNotOfItsFormIsRefused(payload: String, expected: CredentialRejection) {
        #expect(throws: expected) { try admit(roleToken(payload)) }
    }

    @Test func withoutItsKeyNoRoleTokenIsAdmitted() {
        let token = roleToken(#"{"sub":"u","roles":["admin"],"exp":1800003600}"#)
        for policy in [RolePolicy(), RolePolicy(isOn: false, key: Tokens.key(Tokens.otherSecret))] {
            #expect(throws: CredentialRejection.signature) { try admit(token, GatePolicy(roles: policy)) }
        }
    }

    @Test func aRoleTokenNeedsNoSigningKey() throws {
        let token = roleToken(#"{"sub":"u","roles":["admin"],"exp":1800003600}"#)
        #expect(try admit(token, keys: nil).permissions == .all)
    }

    /// Operators who gave both keys one value get both shapes all the same.
    @Test func theKeyMayBeOneForBothShapes() throws {
        let policy = GatePolicy(roles: RolePolicy(key: Tokens.key()))
        let token = Tokens.sign(payload: #"{"sub":"u","roles":["viewer"],"exp":1800003600}"#)
        #expect(try admit(token, policy).permissions == Role.viewer.permissions)
        #expect(try admit(Tokens.make(), policy).permissions == nil)
    }

    @Test func theRoleKeyMakesNoSigningKey() {
        let token = Tokens.make(secret: Tokens.otherSecret)
        #expect(throws: CredentialRejection.claims) { try admit(token) }
    }

    @Test func theAdminsTokenIsAnAdmin() throws {
        let grant = try admit("the-admin-of-tests")
        #expect(grant.permissions == .all)
        #expect(grant.expiresAt == .latest)
        #expect(throws: CredentialRejection.malformed) { try admit("the-admin-of-testS") }
        #expect(throws: CredentialRejection.malformed) {
            let off = RolePolicy(isOn: false, adminToken: SecretBytes(utf8: "the-admin-of-tests"))
            return try admit("the-admin-of-tests", GatePolicy(roles: off))
        }
    }

    @Test(
        arguments: [
            (#"["viewer"]"#, nil, Role.viewer.permissions), (#"["viewer","operator"]"#, nil, Role.operator.permissions),
            (#"["admin","nobody"]"#, nil, .all), (#"["nobody"]"#, nil, []), ("[]", nil, []),
            (#"["Admin"]"#, nil, []), (#"["operator"]"#, #"["sessions.act"]"#, PermissionSet([.sessionsAct])),
            (#"["viewer"]"#, #"["sessions.act","sessions.*"]"#, PermissionSet([.sessionsList, .sessionsGet])),
            (#"["operator"]"#, #"["*"]"#, Role.operator.permissions), (#"["operator"]"#, "[]", []),
            (
                #"["admin"]"#, #"["recordings.*","sessions.","*.list"]"#,
                PermissionSet([.recordingsList, .recordingsDownload])
            ),
        ] as [(String, String?, PermissionSet)]
    )
    func rolesAddUpAndPermissionsNarrow(roles: String, permissions: String?, expected: PermissionSet) throws {
        #expect(try admit(Tokens.edited(["roles": roles, "permissions": permissions])).permissions == expected)
    }

    @Test func permissionsWithoutRolesAreRefused() {
        #expect(throws: CredentialRejection.claims) { try admit(Tokens.edited(["permissions": #"["*"]"#])) }
    }

    @Test func tenThousandRolesAreNoTrouble() throws {
        let roles = "[" + repeatElement(#""r","#, count: 9_999).joined() + #""admin"]"#
        #expect(throws: CredentialRejection.malformed) { try admit(Tokens.edited(["roles": roles])) }
        let fewer = "[" + repeatElement(#""r","#, count: 2_000).joined() + #""admin"]"#
        #expect(try admit(Tokens.edited(["roles": fewer])).permissions == .all)
    }
}
