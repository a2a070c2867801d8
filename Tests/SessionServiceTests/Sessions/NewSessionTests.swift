import ProxyCore
import SessionStore
import Testing

@testable import SessionService

/// A valid body of `POST /sessions` with these members replaced by JSON; nil leaves one out.
private func body(_ changes: [String: String?] = [:]) -> [UInt8] {
    let good = ["name": #""work""#, "domains": #"["example.com"]"#, "storage_state": #"{"cookies":[],"origins":[]}"#]
    let members = good.merging(changes.mapValues { $0 ?? "" }) { $1 }.filter { !$0.value.isEmpty }
    let order = ["name", "description", "domains", "storage_state", "expires_at", "extra"]
    let text = order.compactMap { name in members[name].map { "\"\(name)\":\($0)" } }.joined(separator: ",")
    return Array("{\(text)}".utf8)
}

/// The problems that a body is refused for, as `loc` without `body` and `type`.
private func problems(of body: [UInt8]) -> [String] {
    do throws(ServiceRefusal) {
        _ = try NewSession(body)
        return []
    } catch {
        guard case .invalid(let problems) = error else { return ["\(error)"] }
        return problems.map { problem in
            let place = problem.location.dropFirst().map { $0.stringValue ?? $0.intValue.map(String.init) ?? "?" }
            return "\(place.joined(separator: ".")) \(problem.kind)"
        }
    }
}

@Suite struct NewSessionTests {
    @Test func aValidBodyIsRead() throws {
        let session = try NewSession(
            body(["description": #""Mine""#, "expires_at": #""2031-01-01T00:00:00Z""#, "extra": "1"])
        )
        #expect(session.name == "work")
        #expect(session.description == "Mine")
        #expect(session.domains == ["example.com"])
        #expect(session.expiresAt == Timestamp("2031-01-01T00:00:00Z"))
        #expect(String(decoding: session.storageState, as: UTF8.self) == #"{"cookies":[],"origins":[]}"#)
    }

    @Test func optionalFieldsMayBeNullOrMissing() throws {
        let session = try NewSession(body(["description": "null", "expires_at": "null"]))
        #expect(session.description == nil)
        #expect(session.expiresAt == nil)
    }

    @Test func unknownFieldsOfAStateSurvive() throws {
        let state = #"{"future":{"n":1.50},"cookies":[{"name":"a","partitionKey":"x","more":[1e2]}],"origins":[]}"#
        let session = try NewSession(body(["storage_state": state]))
        #expect(String(decoding: session.storageState, as: UTF8.self) == state)
    }

    @Test func aStateWithoutCookiesOrOriginsGetsEmptyOnes() throws {
        let session = try NewSession(body(["storage_state": "{}"]))
        #expect(String(decoding: session.storageState, as: UTF8.self) == #"{"cookies":[],"origins":[]}"#)
    }

    @Test(arguments: [
        "a", "MyTwitter", "test-session", "0", "a_b-C", String(repeating: "x", count: 50),
    ])
    func validNamesAreAccepted(_ name: String) throws {
        #expect(try NewSession(body(["name": "\"\(name)\""])).name == name)
    }

    @Test(
        arguments: [
            (nil, "name missing"), ("null", "name string_type"), ("5", "name string_type"), ("[]", "name string_type"),
            (#""""#, "name string_too_short"), ("\"\(String(repeating: "x", count: 51))\"", "name string_too_long"),
            (#""-a""#, "name value_error"), (#""_a""#, "name value_error"), (#""a b""#, "name value_error"),
            (#""a\n""#, "name value_error"), (#""ä""#, "name value_error"), (#""a\u0000""#, "name value_error"),
            (#""a;DROP TABLE x""#, "name value_error"), (#""\ud800""#, "name string_unicode"),
            (#""../x""#, "name value_error"),
            (#""Ａ""#, "name value_error"),
        ] as [(String?, String)]
    )
    func invalidNamesAreRefused(_ name: String?, _ problem: String) {
        #expect(problems(of: body(["name": name])) == [problem])
    }

    @Test(
        arguments: [
            (nil, ["domains missing"]), ("null", ["domains list_type"]), (#""a.com""#, ["domains list_type"]),
            ("[]", ["domains too_short"]), (#"["a.com",5,null]"#, ["domains.1 string_type", "domains.2 string_type"]),
            (#"["a b"]"#, ["domains value_error"]), (#"["\udfff"]"#, ["domains.0 string_unicode"]),
            ("[\(Array(repeating: "\"a\"", count: 11).joined(separator: ","))]", ["domains too_long"]),
            (
                "[\(Array(repeating: "\"\(String(repeating: "abcdefghi.", count: 20))x\"", count: 6).joined(separator: ","))]",
                ["domains value_error"]
            ),
        ] as [(String?, [String])]
    )
    func invalidDomainsAreRefused(_ domains: String?, _ expected: [String]) {
        #expect(problems(of: body(["domains": domains])) == expected)
    }

    @Test(
        arguments: [
            (nil, ["storage_state missing"]), ("null", ["storage_state model_attributes_type"]),
            ("[]", ["storage_state model_attributes_type"]), (#""{}""#, ["storage_state model_attributes_type"]),
            (#"{"cookies":null}"#, ["storage_state.cookies list_type"]),
            (#"{"cookies":{}}"#, ["storage_state.cookies list_type"]),
            (
                #"{"cookies":[{},1],"origins":["x"]}"#,
                ["storage_state.cookies.1 dict_type", "storage_state.origins.0 dict_type"]
            ),
        ] as [(String?, [String])]
    )
    func invalidStatesAreRefused(_ state: String?, _ expected: [String]) {
        #expect(problems(of: body(["storage_state": state])) == expected)
    }

    @Test(arguments: [
        ("5", "description string_type"), ("\"\(String(repeating: "é", count: 501))\"", "description string_too_long"),
        (#""a\u0000b""#, "description value_error"),
    ])
    func invalidDescriptionsAreRefused(_ description: String, _ problem: String) {
        #expect(problems(of: body(["description": description])) == [problem])
    }

    @Test func charactersAreCountedAsInPython() throws {
        let text = String(repeating: "e\u{301}", count: 250)
        #expect(try NewSession(body(["description": "\"\(text)\""])).description == text)
    }

    @Test(arguments: [
        (#""2031-01-01T00:00:00Z""#, "2031-01-01T00:00:00Z"), (#""2031-01-01T02:00:00+02:00""#, "2031-01-01T00:00:00Z"),
        (#""2031-01-01""#, "2031-01-01T00:00:00Z"), (#""2031-01-01 00:00:00""#, "2031-01-01T00:00:00Z"),
        ("1924992000", "2031-01-01T00:00:00Z"), ("1924992000000", "2031-01-01T00:00:00Z"),
        (#""1924992000""#, "2031-01-01T00:00:00Z"), ("0", "1970-01-01T00:00:00Z"),
    ])
    func expiriesAreRead(_ text: String, _ expected: String) throws {
        #expect(try NewSession(body(["expires_at": text])).expiresAt == Timestamp(expected))
    }

    @Test(arguments: [
        (#""soon""#, "datetime_from_date_parsing"), (#""""#, "datetime_from_date_parsing"), ("true", "datetime_type"),
        ("[]", "datetime_type"), ("1e300", "datetime_parsing"),
        (#""2031-02-30T00:00:00Z""#, "datetime_from_date_parsing"),
        (#""nan""#, "datetime_from_date_parsing"),
    ])
    func invalidExpiriesAreRefused(_ text: String, _ kind: String) {
        #expect(problems(of: body(["expires_at": text])) == ["expires_at \(kind)"])
    }

    @Test func allProblemsAreNamedAtOnceInTheFieldsOrder() {
        let bad = body(["name": "1", "description": "1", "domains": "1", "storage_state": "1", "expires_at": "[]"])
        #expect(
            problems(of: bad) == [
                "name string_type", "description string_type", "domains list_type",
                "storage_state model_attributes_type", "expires_at datetime_type",
            ]
        )
    }

    @Test(arguments: [
        ("", " missing"), ("[]", " model_attributes_type"), ("null", " model_attributes_type"), ("{", "1 json_invalid"),
        ("{\"a\":NaN}", "5 json_invalid"), ("\u{FEFF}{}", "0 json_invalid"),
        (String(repeating: "[", count: 600), "512 json_invalid"),
    ])
    func bodiesThatAreNotObjectsAreRefused(_ text: String, _ problem: String) {
        #expect(problems(of: Array(text.utf8)) == [problem])
    }

    @Test func theLastOfARepeatedFieldWins() throws {
        let text = #"{"name":"first","name":"last","domains":["a"],"storage_state":{}}"#
        #expect(try NewSession(Array(text.utf8)).name == "last")
    }

    @Test func theNumberOfProblemsIsBounded() {
        let state = "{\"cookies\":[\(Array(repeating: "1", count: 100_000).joined(separator: ","))]}"
        #expect(problems(of: body(["storage_state": state])).count == 100)
    }
}
