import ProxyCore
import TestSupport
import Testing

/// What a log wrote.
private final class Lines {
    var lines: [String] = []
    var isFull = false

    func log(
        threshold: LogLevel = .debug,
        format: LogFormat = .json,
        gatheringOn loop: EventLoop? = nil
    ) -> EventLog {
        EventLog(
            threshold: threshold,
            format: format,
            clock: { 1_795_292_771.042 },
            gatheringOn: loop,
            write: { line in
                if self.isFull { return false }
                self.lines.append(String(decoding: line, as: UTF8.self))
                return true
            }
        )
    }
}

@Suite struct EventLogTests {
    @Test func writesOneJSONObjectALine() {
        let lines = Lines()
        let absent: String? = nil
        lines.log().record(
            .info,
            "connection_closed",
            [
                "peer": "192.0.2.1", "bytes": .count(.max), "seconds": .number(1.5), "clean": true,
                "no": absent.map(LogValue.string),
            ]
        )
        #expect(
            lines.lines == [
                #"{"time":"2026-11-21T20:26:11.042Z","level":"info","event":"connection_closed","#
                    + #""peer":"192.0.2.1","bytes":9223372036854775807,"seconds":1.5,"clean":true}"# + "\n"
            ]
        )
    }

    @Test(arguments: [
        (
            LogFormat.json,
            #""event":"closed","peer":"192.0.2.1","far":"2001:db8::1","code":1000,"seconds":null,"why":"a b"}"#
        ),
        (.text, #"closed peer=192.0.2.1 far=2001:db8::1 code=1000 seconds=null why="a b""#),
    ])
    func writesFieldsAsTheyAreDescribed(format: LogFormat, end: String) throws {
        let lines = Lines()
        let far = try #require(IPAddress("2001:db8::1"))
        lines.log(format: format).record(.info, "closed") { line in
            line.append("peer", IPAddress(ipv4: 0xC000_0201))
            line.append("far", far)
            line.append("code", 1000)
            line.append("seconds", Double.infinity)
            line.append("why", "a b")
        }
        #expect(lines.lines.first?.hasSuffix(end + "\n") == true)
    }

    @Test func describesNothingBelowItsThreshold() {
        let lines = Lines()
        lines.log(threshold: .warning).record(.info, "closed") { _ in Issue.record("nobody will read it") }
        #expect(lines.lines.isEmpty)
    }

    @Test func carriesTheRequestID() {
        let lines = Lines()
        let id = RequestID()
        lines.log().record(.warning, "refused", requestID: id)
        #expect(lines.lines.first?.hasSuffix(#""event":"refused","requestId":"\#(id)"}"# + "\n") == true)
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("a\"b\\c", #""a\"b\\c""#), ("\r\n\t", #""\r\n\t""#),
        ("\0\u{1b}[2J\u{7f}", #""\u0000\u001b[2J\u007f""#),
        ("\u{85}\u{9b}\u{2028}\u{202e}\u{2066}", #""\u0085\u009b\u2028\u202e\u2066""#), ("Grüße 🎈", #""Grüße 🎈""#),
    ])
    func escapes(value: String, expected: String) {
        let lines = Lines()
        lines.log().record(.info, "e", ["v": .string(value)])
        #expect(lines.lines.first?.hasSuffix(#""event":"e","v":\#(expected)}"# + "\n") == true)
    }

    @Test func boundsAValueAndALine() {
        let lines = Lines()
        let long = String(repeating: "\u{1b}", count: 5000)
        lines.log().record(
            .info,
            "e",
            ["a": .string(long), "b": .string(long), "c": .string(long), "d": .string(long)]
        )
        let line = lines.lines.first ?? ""
        #expect(line.utf8.count <= LogLine.limit)
        #expect(line.hasSuffix(#","truncated":true}"# + "\n"))
        #expect(line.contains(#"\u001b…","b":""#))
    }

    @Test(arguments: LogFormat.allCases)
    func leavesOutWhatIsUnderTheThreshold(format: LogFormat) {
        let lines = Lines()
        let log = lines.log(threshold: .warning, format: format)
        for level in LogLevel.allCases { log.record(level, "e") }
        #expect(lines.lines.count == 2)
        #expect(!log.records(.info))
    }

    @Test func countsLinesThatCouldNotBeWritten() {
        let lines = Lines()
        let log = lines.log()
        lines.isFull = true
        log.record(.error, "lost")
        lines.isFull = false
        log.record(.error, "kept")
        #expect(log.droppedLines == 1)
        #expect(lines.lines.count == 1)
    }

    @Test func writesTogetherWhatComesTogether() async throws {
        try await onLoop { loop in
            let lines = Lines()
            let log = lines.log(gatheringOn: loop)
            log.record(.info, "first")
            log.record(.info, "second")
            #expect(lines.lines.isEmpty)
            await loop.turns(40)
            #expect(lines.lines.count == 1)
            #expect(lines.lines.first?.split(separator: "\n").count == 2)
        }
    }

    @Test func neverWritesMoreThanAPipeTakesWhole() async throws {
        try await onLoop { loop in
            let lines = Lines()
            let log = lines.log(gatheringOn: loop)
            for _ in 0..<9 { log.record(.info, "long", ["text": .string(String(repeating: "x", count: 1000))]) }
            await loop.turns(40)
            #expect(lines.lines.allSatisfy { $0.utf8.count <= LogLine.limit && $0.hasSuffix("}\n") })
            #expect(lines.lines.map { $0.split(separator: "\n").count } == [3, 3, 3])
        }
    }

    @Test func countsEveryLineOfSeveralThatCouldNotBeWritten() async throws {
        try await onLoop { loop in
            let lines = Lines()
            let log = lines.log(gatheringOn: loop)
            lines.isFull = true
            for _ in 0..<3 { log.record(.error, "lost") }
            await loop.turns(40)
            #expect(log.droppedLines == 3)
        }
    }

    @Test func writesTextForPeople() {
        let lines = Lines()
        lines.log(format: .text).record(.info, "listening", ["address": "127.0.0.1:9223", "note": "two words", "n": 3])
        #expect(
            lines.lines == [
                "2026-11-21T20:26:11.042Z INFO    listening address=127.0.0.1:9223 note=\"two words\" n=3\n"
            ]
        )
    }

    @Test func textNeverForgesALine() {
        let lines = Lines()
        lines.log(format: .text).record(.info, "e\nforged", ["v": "a\nb"])
        #expect(lines.lines.first?.split(separator: "\n").count == 1)
    }
}

@Suite struct UTCTimestampTests {
    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199.9999, "2024-02-29T23:59:59.999Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        (-0.5, "1969-12-31T23:59:59.500Z"), (1e300, "9999-12-31T23:59:59.000Z"), (.nan, "1970-01-01T00:00:00.000Z"),
    ])
    func writesRFC3339(seconds: Double, expected: String) {
        #expect(UTCTimestamp(secondsSince1970: seconds).description == expected)
    }
}

@Suite struct RequestIDTests {
    @Test func isTwelveCharactersAndFresh() {
        let ids = (0..<100).map { _ in RequestID() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.description.utf8.count == 12 })
        #expect(Set(ids.map(\.description)).count == 100)
        #expect(ids.allSatisfy { $0.description.utf8.allSatisfy("0123456789abcdefghjkmnpqrstvwxyz".utf8.contains) })
    }

    /// Sixty bits have a character; two numbers that differ in the others only name one request.
    @Test func isWhatItsCharactersSay() {
        struct Fixed: RandomNumberGenerator {
            let number: UInt64
            func next() -> UInt64 { number }
        }
        var (low, high) = (Fixed(number: 1 | 31 << 55), Fixed(number: 1 | 31 << 55 | 1 << 63))
        #expect(RequestID(using: &low).description == "10000000000z")
        #expect(RequestID(using: &low) == RequestID(using: &high))
    }
}

@Suite struct UTCTimestampReadingTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0 as Int64), ("2026-11-21T20:26:11Z", 1_795_292_771_000),
        ("2026-11-21T20:26:11.5Z", 1_795_292_771_500), ("2026-11-21T20:26:11.042999Z", 1_795_292_771_042),
        ("2000-02-29T23:59:59Z", 951_868_799_000), ("1969-12-31T23:59:59Z", -1000),
        ("2026-11-21T20:26:11+00:00", 1_795_292_771_000), ("2026-11-21T20:26:11-00:00", 1_795_292_771_000),
        ("2026-11-21T22:26:11.5+02:00", 1_795_292_771_500), ("2026-11-21T15:56:11-04:30", 1_795_292_771_000),
        ("2026-11-22T00:11:11+03:45", 1_795_292_771_000), ("2026-11-21t20:26:11z", 1_795_292_771_000),
        ("2026-11-21 20:26:11Z", 1_795_292_771_000), ("2026-11-21T20:26:60Z", 1_795_292_820_000),
        ("2026-11-21T20:26:11.04Z", 1_795_292_771_040),
        ("2026-11-21T20:26:11.123456789012345678901234567890+00:00", 1_795_292_771_123),
        // Where the offset leads out of the years there are, the last moment in them.
        ("9999-12-31T23:59:59-23:59", 253_402_300_799_999), ("9999-12-31T23:59:60Z", 253_402_300_799_999),
        ("0000-01-01T00:00:00+23:59", -62_167_219_200_000), ("0001-01-01T00:00:00+23:59", -62_135_683_140_000),
    ])
    func readsRFC3339(text: String, milliseconds: Int64) {
        #expect(UTCTimestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T20:26:11", "2026-11-21T20:26:11+0000", "2026-02-29T00:00:00Z",
        "2026-11-21T20:26:11+24:00", "2026-11-21T20:26:11+00:60", "2026-11-21T20:26:11+00", "2026-11-21T20:26:11ZZ",
        "2026-11-21T20:26:11Z ", " 2026-11-21T20:26:11Z", "2026-11-21  20:26:11Z", "2026-11-21_20:26:11Z",
        "2026-11-21T20:26:11,5Z", "2026-11-21T20:26:11+02:00Z", "2026-11-21T20:26:11\u{2212}02:00",
        "2026-99-99T99:99:99Z",
        "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T20:26:11.Z", "2026-11-21T20:26:11.x5Z", "2026-11-21T20:26:61Z", "+026-11-21T20:26:11Z",
    ])
    func refuses(text: String) {
        #expect(UTCTimestamp(rfc3339: text) == nil)
    }
    /// What is read can be written, and read again.
    @Test(arguments: ["9999-12-31T23:59:59.999999-23:59", "0000-01-01T00:00:00+23:59", "2026-11-21T22:26:11.5+02:00"])
    func whatIsReadCanBeWritten(text: String) throws {
        let read = try #require(UTCTimestamp(rfc3339: text))
        #expect(UTCTimestamp(rfc3339: read.description)?.milliseconds == read.milliseconds)
    }

    @Test(arguments: [
        ("Sat, 21 Nov 2026 20:26:11 GMT", 1_795_292_771_000 as Int64?), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Sat, 21 Nov 2026 20:26:11 UTC", nil), ("Saturday, 21-Nov-26 20:26:11 GMT", nil), ("", nil),
        ("Sat, 31 Jun 2026 20:26:11 GMT", nil), ("Sat, 21 nov 2026 20:26:11 GMT", nil), ("Sat, 21 Nov 2026", nil),
    ])
    func readsADateField(text: String, milliseconds: Int64?) {
        #expect(UTCTimestamp(httpDate: text)?.milliseconds == milliseconds)
    }
}
