import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct TokenExplainTests {
    @Test func whatATokenOpensIsListed() {
        let text = TokenExplain.text(PermissionSet([.sessionsNavigate]))
        #expect(text.contains("permissions: sessions.navigate"))
        #expect(text.contains("  Page.navigate (parameters are looked at: url)"))
        #expect(!text.contains("Runtime.evaluate"))
    }

    @Test func aTokenThatOpensAllOrNothingIsToldSo() {
        #expect(TokenExplain.text(nil).contains("no roles"))
        #expect(TokenExplain.text(.all).contains("every permission"))
        #expect(TokenExplain.text(Role.viewer.permissions).contains("not joined to Chrome"))
        #expect(TokenExplain.text([]).contains("permissions: none"))
    }
}
