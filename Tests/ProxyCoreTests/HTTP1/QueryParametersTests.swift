import ProxyCore
import Testing

@Suite struct QueryParametersTests {
    private static func make(_ query: String) -> QueryParameters { QueryParameters(ArraySlice(query.utf8)) }

    @Test(
        arguments: [
            ("signingKey=a.b.c", 1, "a.b.c"),
            ("x=1&signingKey=a", 1, "a"),
            ("signingKey=a&x", 1, "a"),
            ("signingKey=a&signingKey=b", 2, "a"),
            ("sign%69ngKey=a&signingKey=b", 2, "a"),
            ("signingKey=a%20+b=c", 1, "a%20+b=c"),
            ("signingKey", 1, ""),
            ("signingKey=", 1, ""),
            ("&&signingKey=a&&", 1, "a"),
            ("signingkey=a", 0, nil),
            ("signingKeys=a", 0, nil),
            ("xsigningKey=a", 0, nil),
            ("signing=a", 0, nil),
            ("signingKey%3Da", 0, nil),
            ("signing%4", 0, nil),
            ("x=signingKey", 0, nil),
            ("http%3A%2F%2Fa%2F%3FsigningKey%3Da", 0, nil),
            ("", 0, nil),
        ] as [(String, Int, String?)]
    )
    func findsParametersByName(_ query: String, _ count: Int, _ value: String?) {
        #expect(Self.make(query).count(of: "signingKey") == count)
        #expect(Self.make(query).first(of: "signingKey").map(text) == value)
        let found = Self.make(query).values(ofAny: ["x", "signingKey"]).filter { $0.name == 1 }
        #expect(found.count == count)
        #expect((found.first?.value).map(text) == value)
    }

    @Test func findsSeveralNamesInTheOrderTheyCome() {
        let found = Self.make("ticket=a&x=1&&signingKey=b&ticket&%74icket=c=d").values(ofAny: ["signingKey", "ticket"])
        #expect(found.map(\.name) == [1, 0, 1, 1])
        #expect(found.map { text($0.value) } == ["a", "b", "", "c=d"])
        #expect(QueryParameters(nil).values(ofAny: ["a"]).isEmpty)
    }

    @Test func hasNoParametersWithoutAQuery() {
        #expect(QueryParameters(nil).count(of: "signingKey") == 0)
        #expect(QueryParameters(nil).removing(["signingKey"]).isEmpty)
    }

    @Test(arguments: [
        ("signingKey=a&http%3A%2F%2Fb%2F%3Fc%3Dd", "http%3A%2F%2Fb%2F%3Fc%3Dd"),
        ("http://b/%3Fc=%64+e&signingKey=a", "http://b/%3Fc=%64+e"),
        ("a&signingKey=x&b=&&ticket=y&c", "a&b=&&c"),
        ("signingKey=a&ticket=b", ""),
        ("ticke%74=b&x", "x"),
        ("about:blank", "about:blank"),
        ("", ""),
    ])
    func removesParametersAndLeavesTheRestAsItIs(_ query: String, _ rest: String) {
        #expect(text(Self.make(query).removing(["signingKey", "ticket"])) == rest)
    }

    @Test(
        arguments: [
            ("a%20b+c", "a b+c"), ("%41%7a", "Az"), ("", ""), ("%", nil), ("%4", nil), ("%zz", nil), ("a%4", nil),
        ] as [(String, String?)]
    )
    func decodesPercentEncoding(_ encoded: String, _ decoded: String?) {
        #expect(QueryParameters.percentDecoded(ArraySlice(encoded.utf8)).map(text) == decoded)
    }
}
