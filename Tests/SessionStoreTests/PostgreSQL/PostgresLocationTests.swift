import Testing

@testable import SessionStore

@Suite struct PostgresLocationTests {
    @Test(arguments: [
        ("postgresql://u:p@h:5433/d", ["user": "u", "password": "p", "host": "h", "port": "5433", "dbname": "d"]),
        ("postgres://h/d", ["host": "h", "dbname": "d"]),
        ("postgresql+asyncpg://u@h/d", ["user": "u", "host": "h", "dbname": "d"]),
        ("postgresql+psycopg://h", ["host": "h"]), ("postgresql+psycopg2:///d", ["dbname": "d"]),
        ("postgresql://", [:]),
        (
            "postgresql://u%40x:p%3A%2F%40%3F%25@h/a%20b",
            ["user": "u@x", "password": "p:/@?%", "host": "h", "dbname": "a b"]
        ),
        ("postgresql://u:a@b@h/d", ["user": "u", "password": "a@b", "host": "h", "dbname": "d"]),
        ("postgresql://u:a:b@h/d", ["user": "u", "password": "a:b", "host": "h", "dbname": "d"]),
        ("postgresql://[::1]:5432/d", ["host": "::1", "port": "5432", "dbname": "d"]),
        ("postgresql://[fe80::1%25eth0]/d", ["host": "fe80::1%eth0", "dbname": "d"]),
        ("postgresql:///d?host=/run/postgresql", ["host": "/run/postgresql", "dbname": "d"]),
        ("postgresql://%2Frun%2Fpostgresql/d", ["host": "/run/postgresql", "dbname": "d"]),
        (
            "postgresql://h/d?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c&sslkey=/k",
            [
                "host": "h", "dbname": "d", "sslmode": "verify-full", "sslrootcert": "/ca.pem", "sslcert": "/c",
                "sslkey": "/k",
            ]
        ),
        (
            "postgresql://h/d?options=-c%20search_path%3Dx&application_name=n&channel_binding=require",
            [
                "host": "h", "dbname": "d", "options": "-c search_path=x", "application_name": "n",
                "channel_binding": "require",
            ]
        ),
        ("postgresql://h?target_session_attrs=read-write", ["host": "h", "target_session_attrs": "read-write"]),
        ("postgresql+asyncpg://h?ssl=require", ["host": "h", "sslmode": "require"]),
        ("postgresql+asyncpg://h?ssl=true", ["host": "h", "sslmode": "require"]),
        ("postgresql+asyncpg://h?ssl=false", ["host": "h", "sslmode": "disable"]),
        (
            "postgresql+asyncpg://h?prepared_statement_cache_size=0&statement_cache_size=0&command_timeout=5",
            ["host": "h"]
        ),
    ])
    func aPostgresURLIsRead(url: String, parameters: [String: String]) throws {
        #expect(try PostgresLocation(url: url).parameters == parameters)
        #expect(try DatabaseLocation(url: url) == .postgres(PostgresLocation(url: url)))
    }

    @Test(arguments: [
        "postgresql:/h/d", "postgresql:h", "POSTGRESQL://h/d", "postgresql+pg8000://h/d", "mysql://h/d",
        "postgresql://h:0/d", "postgresql://h:65536/d", "postgresql://h:x/d", "postgresql://::1/d",
        "postgresql://[::1/d", "postgresql://[]/d", "postgresql://[::1]x/d", "postgresql://h1,h2/d",
        "postgresql://h1:1,h2:2/d", "postgresql:///d?host=a,b", "postgresql://u:%zz@h/d", "postgresql://u:%4@h/d",
        "postgresql://u:%FF@h/d", "postgresql://h/a%00b", "postgresql://h/d#part", "postgresql://h/d?unknown=1",
        "postgresql://h/d?sslmode", "postgresql://h/d?sslmode=on", "postgresql://h/d?ssl=maybe",
        "postgresql://h/d?connect_timeout=soon", "postgresql://h/d?channel_binding=x",
        "postgresql://h/d?target_session_attrs=x",
    ])
    func unsupportedURLsAreRefused(url: String) {
        #expect(throws: SessionStoreError.unsupportedURL) { try DatabaseLocation(url: url) }
    }

    @Test(arguments: [
        ("postgresql://u:secret@h:5433/d?sslmode=require", "postgresql://h:5433/d"),
        ("postgres://u:secret@h", "postgresql://h/"), ("postgresql://u:secret@[::1]:1/d", "postgresql://[::1]:1/d"),
        ("postgresql:///d?host=/run/postgresql&password=secret", "postgresql:///d?host=/run/postgresql"),
    ])
    func theDescriptionHidesUserAndPassword(url: String, shown: String) throws {
        let location = try PostgresLocation(url: url)
        #expect("\(location)" == shown)
        #expect(location.parameters["password"] == "secret")
        var dumped = String(reflecting: DatabaseLocation.postgres(location))
        dump(DatabaseLocation.postgres(location), to: &dumped)
        dump(location, to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect(Mirror(reflecting: location).children.isEmpty)
    }

    @Test func theURLSetsTheConnectTimeout() throws {
        #expect(try PostgresLocation(url: "postgres://h?connect_timeout=7").connectTimeout == .seconds(7))
        #expect(try PostgresLocation(url: "postgres://h?connect_timeout=0").connectTimeout == nil)
        #expect(try PostgresLocation(url: "postgres://h").connectTimeout == nil)
    }
}
