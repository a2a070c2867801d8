import ProxyCore
import Testing

@testable import SessionInjector

@Suite struct StorageStateTests {
    private func state(_ text: String) throws(StorageStateError) -> StorageState {
        try StorageState(parsing: Array(text.utf8))
    }

    @Test func readsWhatPlaywrightWrites() throws {
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

    @Test(arguments: ["{}", "[]", "null", "\"cookies\"", "1", #"{"Cookies":[]}"#])
    func otherJSONIsRefused(text: String) {
        #expect(throws: StorageStateError.notStorageState) { try state(text) }
    }

    @Test(arguments: ["", "{", "{\"cookies\":[]", "cookies", "{\"cookies\":[]} x", "\u{FEFF}{}"])
    func whatIsNotJSONIsRefused(text: String) {
        #expect { try state(text) } throws: { error in
            if case StorageStateError.notJSON = error { true } else { false }
        }
    }

    @Test(arguments: [
        (#"{"cookies":{}}"#, "cookies", "an array"), (#"{"cookies":[1]}"#, "cookies[0]", "an object"),
        (#"{"origins":"x"}"#, "origins", "an array"), (#"{"origins":[{}]}"#, "origins[0].origin", "a string"),
        (#"{"origins":[{"origin":1}]}"#, "origins[0].origin", "a string"),
        (#"{"origins":[{"origin":"o","localStorage":{}}]}"#, "origins[0].localStorage", "an array"),
        (
            #"{"origins":[{"origin":"o","localStorage":[{"value":"v"}]}]}"#, "origins[0].localStorage[0].name",
            "a string"
        ),
        (
            #"{"origins":[{"origin":"o","localStorage":[{"name":"secret","value":1}]}]}"#,
            "origins[0].localStorage[0].value", "a string"
        ), (#"{"origins":[{"origin":"o","indexedDB":[3]}]}"#, "origins[0].indexedDB[0]", "an object"),
    ])
    func wrongTypesAreNamedByTheirPlace(text: String, path: String, expected: String) {
        let error = StorageStateError.unexpectedType(path: path, expected: expected)
        #expect(throws: error) { try state(text) }
        #expect(!error.description.contains("secret"))
    }

    @Test func eitherHalfMayBeMissingOrNull() throws {
        #expect(try state(#"{"cookies":[]}"#).origins.isEmpty)
        #expect(try state(#"{"origins":[],"cookies":null}"#).cookies.isEmpty)
    }

    @Test func theLastOfARepeatedNameCounts() throws {
        #expect(try state(#"{"cookies":[{}],"cookies":[]}"#).cookies.isEmpty)
    }
}
