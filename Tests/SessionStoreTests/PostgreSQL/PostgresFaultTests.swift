import Testing

@testable import SessionStore

@Suite struct PostgresFaultTests {
    private static let location = try? PostgresLocation(url: "postgresql://u:hunter2@h/d")

    @Test(arguments: [
        ("23505", "uq_user_session_name", SessionStoreError.nameTaken),
        ("23505", "browser_sessions_user_id_name_key", .nameTaken),
        ("23505", "browser_sessions_pkey", .failed(code: "SQLSTATE 23505")),
        ("42P01", "", .noTable(database: "postgresql://h/d")),
        ("57014", "", .unavailable(reason: "a statement took too long")),
        ("57P01", "", .unavailable(reason: "the server is shutting down or starting")),
        ("57P03", "", .unavailable(reason: "the server is shutting down or starting")),
        ("08006", "", .unavailable(reason: "the server is shutting down or starting")),
        ("53300", "", .unavailable(reason: "the server is short of resources")),
        ("25006", "", .unavailable(reason: "the server accepts no writes")),
        ("40P01", "", .unavailable(reason: "another transaction was in the way")),
        ("22001", "", .failed(code: "SQLSTATE 22001")),
    ])
    func everySQLSTATEHasItsError(state: String, constraint: String, error: SessionStoreError) throws {
        let fault = PostgresFault.refused(state: state, constraint: constraint)
        #expect(SessionStoreError(fault, at: try #require(Self.location)) == error)
    }

    @Test(arguments: [
        ("FATAL:  28P01\n", "the server refuses the user, the password or the way of connecting (pg_hba.conf)"),
        ("FATAL:  28P01\nconnection to server at \"h\" failed: FATAL:  28000\n", "the server refuses the user"),
        ("FATAL:  3D000\n", "no such database"), ("FATAL:  57P03\n", "not available: the server is shutting down"),
        ("FATAL:  53300\n", "not available: the server accepts no more connections"),
        ("SSL error: certificate verify failed\n", "opened: the server's TLS is not"),
        ("server does not support SSL, but SSL was required\n", "opened: the server's TLS is not"),
        ("root certificate file \"/x\" does not exist\nEither provide", "opened: the file of root certificates"),
        ("fe_sendauth: no password supplied\n", "opened: the server asks for a password"),
        ("Connection refused\n\tIs the server running?\n", "not available: the server cannot be reached"),
        ("SSL SYSCALL error: EOF detected\n", "not available: the server cannot be reached"),
    ])
    func everyMessageOfAFailedConnectionHasItsError(message: String, sentence: String) throws {
        let whole = "connection to server at \"h\" (10.0.0.1), port 5432 failed: \(message)"
        let error = SessionStoreError(connecting: try #require(Self.location), message: whole)
        #expect("\(error)".contains(sentence))
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test func onlySafeStatementsAreRepeated() {
        #expect(PostgresFault.broken(wasSent: true).allowsAnotherTry(ofRead: true))
        #expect(!PostgresFault.broken(wasSent: true).allowsAnotherTry(ofRead: false))
        #expect(PostgresFault.broken(wasSent: false).allowsAnotherTry(ofRead: false))
        #expect(!PostgresFault.timedOut.allowsAnotherTry(ofRead: true))
        let shutdown = PostgresFault.refused(state: "57P01", constraint: nil)
        #expect(shutdown.allowsAnotherTry(ofRead: true))
        #expect(!shutdown.allowsAnotherTry(ofRead: false))
        #expect(shutdown.endsConnection)
        #expect(!PostgresFault.refused(state: "23505", constraint: nil).endsConnection)
    }
}
