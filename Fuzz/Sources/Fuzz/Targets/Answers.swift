import ProxyCore

@testable import SessionInjector

extension FuzzTarget {
    /// What Chrome says to our CDP client. The first line of an input is a storage state, the others are Chrome's answers
    /// (see `FuzzedChrome`).
    ///
    /// The answers to `/json/…` are not here: `DevToolsJSON` is part of the executable.
    static let answers = FuzzTarget(name: "answers", longest: 4096) { bytes throws(Violation) in
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first else { return }
        for line in lines { try checkReadings(Array(line)) }
        try checkLook(lines)
        guard let state = try? StorageState(parsing: Array(first)) else { return }
        let chrome = FuzzedChrome(lines.dropFirst())
        let report = immediately {
            let client = CDPClient(over: chrome)
            return await SessionInjector.inject(state, over: client, now: now, deadline: Instant(nanoseconds: .max))
        }
        guard let report else { throw Violation(property: "an injection ends with its stream") }
        try expect(chrome.malformed, equals: 0, "every command is one")
        try checkReport(report, state)
    }

    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    /// Runs a task that never waits, since nothing it asks does; nil when it did.
    private static func immediately<Value: Sendable>(_ body: @escaping () async -> Value) -> Value? {
        nonisolated(unsafe) let body = body
        nonisolated(unsafe) var value: Value?
        Task.immediate { unsafe value = await body() }
        return unsafe value
    }

    private static func checkReport(_ report: InjectionReport, _ state: StorageState) throws(Violation) {
        for tally in [report.cookies, report.origins, report.items, report.databases] {
            try expect(0...tally.wanted ~= tally.found, "no more is found than is wanted")
        }
        try expect(report.cookies.wanted <= state.cookies.count, "no cookie is made up")
        switch report.outcome {
        case .full: try expect(report.isComplete, "a full injection lacks nothing")
        case .partial: try expect(!report.isComplete, "a partial injection lacks something")
        case .failed(let error): try expect(!"\(error)".isEmpty, "a failure has a description")
        }
    }

    /// A browser that is looked at, and cleared.
    private static func checkLook(_ lines: [ArraySlice<UInt8>]) throws(Violation) {
        let looked = immediately { () -> BrowserContents? in
            try? await BrowserContents.read(over: CDPClient(over: FuzzedChrome(lines)))
        }
        guard let looked else { throw Violation(property: "a look ends with its stream") }
        if let contents = looked {
            let counts = [contents.cookies, contents.pages, contents.contexts]
            try expect(counts.allSatisfy { $0 >= 0 }, "no count is negative")
        }
        let cleared = immediately {
            (try? await BrowserContents.clear(over: CDPClient(over: FuzzedChrome(lines)))) != nil
        }
        try expect(cleared != nil, "clearing a browser ends with its stream")
    }

    /// What is read out of one answer.
    private static func checkReadings(_ line: [UInt8]) throws(Violation) {
        let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
        guard let answer = try? JSONValue.parse(line, options: options) else { return }
        try expect(CookieJar(answer).count([]), equals: 0, "a jar holds no more than is asked for")
        let hosts = answer["result"]?["value"]?["hosts"]?.arrayValue?.count ?? 0
        let paths = answer["result"]?["value"]?["paths"]?.arrayValue?.count ?? 0
        var former = ChromeSpelling()
        for number in 0..<hosts { _ = former.host("ü\(number).example") }
        for number in 0..<paths { _ = former.path("/ \(number)") }
        var spelling = SpellingScript.spelling(answer, after: former)
        for written in former.unknownHosts {
            guard let host = spelling.host(written) else { continue }
            try expect(WebOrigin(stored: "https://\(host)")?.host, equals: host, "a host that Chrome spells is one")
        }
    }
}
