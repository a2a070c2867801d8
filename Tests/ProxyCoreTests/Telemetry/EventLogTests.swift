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
            whenIdle: loop?.runWhenIdle,
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
