import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct StorageStateTests {
    private func state(_ text: String) throws(StorageStateError) -> StorageState {
        try StorageState(parsing: Array(text.utf8))
    }

    @Test func aStateOfPlaywrightIsRead() throws {
        let state = try state(
            """
            {"cookies":[{"name":"sid","value":"fake","domain":".example.test","path":"/","expires":-1,"httpOnly":true,
            "secure":true,"sameSite":"Lax"}],"origins":[{"origin":"https://example.test","localStorage":[{"name":"a",
            "value":"b"}],"indexedDB":[{"name":"db","version":1,"stores":[]}]}]}
            """
        )
        #expect(state.cookies.count == 1)
        let origin = try #require(state.origins.first)
        #expect(origin.origin == "https://example.test")
        #expect(origin.localStorage == [.init(name: "a", value: "b")])
        #expect(origin.indexedDB?.count == 1)
    }

    @Test(arguments: [
        #"{"cookies":[{"name":"a","value":"b","_crHasCrossSiteAncestor":false,"x":1.0}],"origins":[],"credentials":[{}]}"#,
        #"{"origins":[{"origin":"https://a.test","opfs":[{"path":"p"}],"localStorage":[],"y":null}],"z":[1e5,-0]}"#,
        #"{"origins":[{"origin":"https://a.test","localStorage":[{"name":"\ud800","value":"a\udc00"}]}]}"#,
    ])
    func unknownFieldsSurviveTheRoundTrip(text: String) throws {
        #expect(try state(text).serialized() == Array(text.utf8))
    }

    @Test(arguments: ["[]", "null", "\"cookies\"", "1"])
    func otherJSONIsRefused(text: String) {
        #expect(throws: StorageStateError.notStorageState) { try state(text) }
    }

    @Test(arguments: ["", "{", "{\"cookies\":[]", "cookies", "{\"cookies\":[]} x", "\u{FEFF}{}"])
    func textThatIsNotJSONIsRefused(text: String) {
        #expect { try state(text) } throws: { error in
            if case StorageStateError.notJSON = error { true } else { false }
        }
    }

    @Test(arguments: [
        (#"{"cookies":{}}"#, "cookies", "an array"), (#"{"cookies":[1]}"#, "cookies[0]", "an object"),
        (#"{"origins":"x"}"#, "origins", "an array"), (#"{"origins":[[]]}"#, "origins[0]", "an object"),
        (#"{"cookies":[{"name":"secret"},"secret"]}"#, "cookies[1]", "an object"),
    ])
    func wrongTypesAreNamedByTheirPath(text: String, path: String, expected: String) {
        let error = StorageStateError.unexpectedType(path: path, expected: expected)
        #expect(throws: error) { try state(text) }
        #expect(!error.description.contains("secret"))
    }

    @Test(
        arguments: [
            (#"{"localStorage":[{"name":"k","value":"v"}]}"#, [:], 1, nil), (#"{"origin":1}"#, [:], 0, nil),
            (#"{"localStorage":{"k":"v"}}"#, [.localStorage: 1], 0, nil),
            (
                #"{"localStorage":[{"value":"v"},{"name":"k","value":1},{"name":"a","value":"b"},7]}"#, [.item: 3], 1,
                nil
            ),
            (#"{"localStorage":null,"indexedDB":null}"#, [:], 0, nil), (#"{"indexedDB":{}}"#, [.indexedDB: 1], 0, nil),
            (#"{"indexedDB":[]}"#, [:], 0, 0),
            (
                #"{"indexedDB":[3,{},{"name":"d"},{"name":"d","version":0},{"name":"d","version":2}]}"#, [.database: 4],
                0, 1
            ),
        ] as [(String, [StorageProblem: Int], Int, Int?)]
    )
    func onlyTheFaultyPartsOfAnOriginsStorageAreLeftOut(
        origin: String,
        problems: [StorageProblem: Int],
        items: Int,
        databases: Int?
    ) throws {
        let stored = try #require(try state("{\"origins\":[\(origin)]}").origins.first)
        #expect(stored.problems == problems)
        #expect(stored.localStorage.count == items)
        #expect(stored.indexedDB?.count == databases)
    }

    @Test(arguments: [
        (#"{}"#, true), (#"{"stores":null}"#, true), (#"{"stores":{}}"#, false), (#"{"stores":[{}]}"#, false),
        (#"{"stores":[{"name":"s"}]}"#, true), (#"{"stores":[{"name":"s","records":{}}]}"#, false),
        (#"{"stores":[{"name":"s","records":[1]}]}"#, false), (#"{"stores":[{"name":"s","records":[{}]}]}"#, true),
        (#"{"stores":[{"name":"s","keyPath":1}]}"#, false),
        (#"{"stores":[{"name":"s","keyPathArray":["a",1]}]}"#, false),
        (#"{"stores":[{"name":"s","keyPath":null,"indexes":[{"name":"i"}]}]}"#, false),
        (#"{"stores":[{"name":"s","indexes":[{"name":"i","keyPath":"a"},{"name":"j","keyPathArray":["a"]}]}]}"#, true),
        (#"{"version":9007199254740991}"#, true), (#"{"version":9007199254740992}"#, false),
        (#"{"version":1.5}"#, false), (#"{"version":"1"}"#, false), (#"{"name":null}"#, false),
    ])
    func onlyDatabasesInPlaywrightsShapeAreUsable(changes: String, isUsable: Bool) throws {
        var database = try #require(try JSONValue.parse(text: #"{"name":"d","version":1}"#).objectValue)
        for member in try #require(try JSONValue.parse(text: changes).objectValue) {
            database[try #require(member.name.text)] = member.value
        }
        #expect(StoredDatabase.isUsable(database) == isUsable)
    }

    @Test func cookiesAndOriginsMayBeMissingOrNull() throws {
        #expect(try state("{}").cookies.isEmpty)
        #expect(try state("{}").origins.isEmpty)
        #expect(try state(#"{"Cookies":[]}"#).isBare)
        #expect(try !state(#"{"cookies":[]}"#).isBare)
        #expect(try state(#"{"cookies":[]}"#).origins.isEmpty)
        #expect(try state(#"{"origins":[],"cookies":null}"#).cookies.isEmpty)
    }

    @Test func theLastOfARepeatedNameWins() throws {
        #expect(try state(#"{"cookies":[{}],"cookies":[]}"#).cookies.isEmpty)
    }
}
