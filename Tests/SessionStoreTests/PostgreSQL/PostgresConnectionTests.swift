import Testing

@testable import SessionStore

@Suite struct PostgresConnectionTests {
    /// A pooler may give each statement another server.
    @Test func statementsUnknownToTheServerAreSentUnprepared() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let connection = try testDatabase.connect()
        let named = "SELECT count(*)::text FROM pg_prepared_statements WHERE name LIKE 'cdp_proxy_%'"
        for round in 0..<3 {
            #expect(try connection.run(.sessions(.rowByID), [.text("a")]).rows == [])
            #expect(try connection.run(named).rows == [[.text(round < 2 ? "1" : "0")]])
            try connection.run("DEALLOCATE ALL")
            #expect(try connection.run(.sessions(.rowByID), [.text("a")]).rows == [])
        }
    }

    @Test(arguments: [
        ("owner", "?sslmode=require", "127.0.0.1", ""), ("owner", "?ssl=true", "127.0.0.1", ""),
        ("owner", "?sslmode=disable", "127.0.0.1", ""),
        ("owner", "?sslmode=verify-full&sslrootcert=ROOT", "localhost", ""),
        ("owner", "?sslmode=verify-ca&sslrootcert=ROOT", "127.0.0.1", ""),
        ("owner", "?sslmode=verify-full&sslrootcert=ROOT", "127.0.0.1", "opened: the server's TLS is not"),
        ("owner", "?sslmode=verify-ca&sslrootcert=/nonexistent", "127.0.0.1", "opened: the file of root certificates"),
        ("tls_only", "?sslmode=require", "127.0.0.1", ""), ("tls_only", "", "127.0.0.1", ""),
        ("tls_only", "?sslmode=disable", "127.0.0.1", "opened: the server refuses the user"),
    ])
    func encryptionFollowsTheURL(user: String, query: String, host: String, refusal: String) async throws {
        let testDatabase = try await PostgresTestDatabase()
        try await testDatabase.sql("GRANT SELECT ON browser_sessions TO tls_only")
        let query = query.split(separator: "ROOT", omittingEmptySubsequences: false)
            .joined(separator: "\(testDatabase.address.folder)/root.crt")
        let location = try testDatabase.location(user: user, host: host, query: query)
        let store = try await StoreKind.open(.postgres(location), creating: false)
        if refusal.isEmpty {
            try await store.check()
        } else {
            await #expect { try await store.check() } throws: { "\($0)".contains(refusal) }
        }
        await store.close()
    }

    @Test func aRequiredEncryptionIsUsed() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let isEncrypted = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        for (query, answer) in [("?sslmode=require", "true"), ("?sslmode=disable", "false"), ("", "true")] {
            let connection = try PostgresConnection(to: testDatabase.location(query: query), .patient())
            #expect(try connection.run(isEncrypted).rows == [[.text(answer)]])
        }
    }

    @Test(arguments: ["127.0.0.1", "FOLDER"])
    func aSocketInAFolderIsFound(host: String) async throws {
        let testDatabase = try await PostgresTestDatabase()
        let query = host == "FOLDER" ? "?host=\(testDatabase.address.folder)" : ""
        let store = try testDatabase.store(query: query)
        try await store.check()
        await store.close()
    }

    @Test func aWrongPasswordIsNotShown() async throws {
        let testDatabase = try await PostgresTestDatabase()
        let location = DatabaseLocation.postgres(try testDatabase.location(password: "hunter2"))
        let store = try await StoreKind.open(location, creating: false)
        let error = try #require(await #expect(throws: SessionStoreError.self) { try await store.check() })
        #expect(
            "\(error)"
                == "the session database postgresql://127.0.0.1:\(testDatabase.address.port)/\(testDatabase.name) "
                + "cannot be opened: the server refuses the user, the password or the way of connecting (pg_hba.conf)"
        )
        await #expect(throws: error) { try await StoreKind.open(location, creating: true) }
        await store.close()
    }

    @Test func aMissingDatabaseIsNamed() async throws {
        let address = try await PostgresServer.shared.address()
        let store = try await StoreKind.open(DatabaseLocation(url: address.url("nowhere")), creating: false)
        let reason = "the server has no such database"
        let database = "postgresql://127.0.0.1:\(address.port)/nowhere"
        await #expect(throws: SessionStoreError.unopenable(database: database, reason: reason)) {
            try await store.check()
        }
        await store.close()
    }

    @Test func theErrorNamesTheMissingLibrary() {
        #expect("\(SessionStoreError.noLibrary)".contains("libpq5"))
    }
}
