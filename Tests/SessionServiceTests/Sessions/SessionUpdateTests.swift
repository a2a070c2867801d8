import ProxyCore
import SessionStore
import Testing

@testable import SessionService

@Suite struct SessionUpdateTests {
    @Test func missingAndNullFieldsStayUnchanged() throws {
        for text in ["{}", #"{"name":null,"description":null,"storage_state":null,"expires_at":null,"domains":5}"#] {
            let update = try SessionUpdate(Array(text.utf8))
            #expect(
                update.name == nil && update.description == nil && update.expiresAt == nil && update.storageState == nil
            )
        }
    }

    @Test func givenFieldsFollowTheRulesOfANewSession() throws {
        let update = try SessionUpdate(Array(#"{"name":"n","storage_state":{"cookies":[]},"expires_at":0}"#.utf8))
        #expect(update.name == "n")
        #expect(update.storageState == Array(#"{"cookies":[],"origins":[]}"#.utf8))
        #expect(update.expiresAt == Timestamp(microseconds: 0))
        #expect(throws: ServiceRefusal.self) { try SessionUpdate(Array(#"{"name":"-"}"#.utf8)) }
    }
}
