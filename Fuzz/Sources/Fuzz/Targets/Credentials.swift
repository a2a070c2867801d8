@testable import ProxyCore

extension FuzzTarget {
    /// What a request shows to be admitted. The lines of an input are the values of `Authorization` and `X-API-Key`, and a
    /// query.
    static let credentials = FuzzTarget(name: "credentials", longest: 1024) { bytes throws(Violation) in
        let parts = bytes.split(separator: .lineFeed, maxSplits: 2, omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count == 3, let once = found(parts[0], parts[1], parts[2]) else { return }
        try checkBasic(parts[0])
        try checkQuery(parts[2])
        // RFC 9110 section 5.3 and clients that append their query to a URL that has it: repeated to the byte counts once.
        let twice = found(parts[0], parts[1], parts[2] + [UInt8(ascii: "&")] + parts[2], repeats: true)
        try expect(twice, equals: once, "a credential that is repeated counts once")
        guard case .success(let credential) = once else { return }
        let other = [UInt8(ascii: "x")]
        guard case .failure(.malformed)? = found(parts[0], parts[1] + other, parts[2], besides: parts[1]) else {
            throw Violation(property: "two different values of a field are malformed")
        }
        try expect(credential.bytes.count <= bytes.count, "a credential is no longer than what came")
    }

    /// What was found, in terms that can be compared.
    private struct Found: Equatable {
        let kind: String
        let bytes: [UInt8]

        init(_ credential: Credential) {
            (kind, bytes) =
                switch credential {
                case .bearer(let bytes): ("bearer", Array(bytes))
                case .signingKey(let bytes): ("signingKey", Array(bytes))
                case .ticket(let bytes): ("ticket", Array(bytes))
                case .apiKey(let bytes): ("apiKey", Array(bytes))
                }
        }
    }

    /// The credential of a request made of these values; nil when they make no request.
    private static func found(
        _ authorization: [UInt8],
        _ key: [UInt8],
        _ query: [UInt8],
        repeats: Bool = false,
        besides first: [UInt8]? = nil
    ) -> Result<Found, CredentialRejection>? {
        var lines = [HeadOracle.Line(name: Array("Host".utf8), value: Array("a".utf8))]
        func add(_ name: String, _ value: [UInt8]) {
            guard !value.isEmpty else { return }
            lines += Array(repeating: HeadOracle.Line(name: Array(name.utf8), value: value), count: repeats ? 2 : 1)
        }
        add("Authorization", authorization)
        if let first { lines.append(HeadOracle.Line(name: Array("X-API-Key".utf8), value: first)) }
        add("x-api-key", key)
        let start = Array("GET /?".utf8) + query + Array(" HTTP/1.1".utf8)
        guard let head = RequestReading.head(HeadOracle.head(start, lines)) else { return nil }
        do throws(CredentialRejection) {
            let credential = try Credential.find(fields: head.fields, query: QueryParameters(head.query))
            return .success(Found(credential))
        } catch {
            return .failure(error)
        }
    }

    private static func checkQuery(_ query: [UInt8]) throws(Violation) {
        let parameters = QueryParameters(query[...])
        let elements = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        for (number, name) in Credential.queryNames.enumerated() {
            let wanted = elements.filter { element in
                let written = element.prefix { $0 != UInt8(ascii: "=") }
                return QueryParameters.percentDecoded(written).map { $0 == Array(name.utf8) } ?? false
            }
            try expect(parameters.count(of: name), equals: wanted.count, "a parameter is counted by its decoded name")
            let values = wanted.map { Array($0.drop { $0 != UInt8(ascii: "=") }.dropFirst()) }
            let found = parameters.values(ofAny: Credential.queryNames).filter { $0.name == number }
            try expect(
                found.map { Array($0.value) },
                equals: values,
                "a parameter's value is behind its first equals sign"
            )
            try expect(parameters.first(of: name).map { Array($0) }, equals: values.first, "the first is found first")
        }
        let clean = parameters.removing(Credential.queryNames)
        try expect(clean.count <= query.count, "cleaning a query adds nothing")
        let left = QueryParameters(clean[...]).values(ofAny: Credential.queryNames)
        try expect(left.isEmpty, "no credential is left in a cleaned query")
    }

    /// A `Basic` credential is the same with its padding and without.
    private static func checkBasic(_ field: [UInt8]) throws(Violation) {
        guard field.last == UInt8(ascii: "=") else { return }
        let bare = field[...].reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard let padded = BasicCredential(field[...])?.credential else { return }
        let unpadded = BasicCredential(Array(bare)[...])?.credential
        try expect(unpadded.map(Found.init), equals: Found(padded), "padding changes no credential")
    }
}
