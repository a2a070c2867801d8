import TestSupport
import Testing

@testable import ProxyCore

@Suite struct CommandScannerTests {
    /// What a scanner makes of a message.
    private struct Outcome: Equatable {
        var fault: CommandFault?
        var id = ""
        var method = ""
        var session = ""
        var params: Range<Int>?

        init(_ pieces: [ArraySlice<UInt8>], _ scanner: inout CommandScanner) {
            scanner.reset()
            for piece in pieces { scanner.take(piece.span) }
            scanner.finish()
            fault = scanner.fault
            guard fault == nil else { return }
            id = String(decoding: scanner.id, as: UTF8.self)
            method = String(decoding: scanner.method, as: UTF8.self)
            session = String(decoding: scanner.sessionID, as: UTF8.self)
            params = scanner.params
        }
    }

    /// The outcome, the same at every split and with a scanner that is used again.
    private func outcome(_ message: [UInt8]) -> Outcome {
        var scanner = CommandScanner()
        let all = ByteSplitter.pieces(of: message).map { Outcome($0, &scanner) }
        #expect(all.allSatisfy { $0 == all[0] }, "the same at every split")
        return all[0]
    }

    private func outcome(_ message: String) -> Outcome { outcome(Array(message.utf8)) }

    @Test func readsWhatACommandIs() throws {
        let text = #" {"id" : 7,"method":"Page.navigate","params":{"url":"x","a":[1,{"b":null}]},"sessionId":"0AF"} "#
        let outcome = outcome(text)
        #expect(outcome.fault == nil)
        #expect(outcome.id == "7")
        #expect(outcome.method == "Page.navigate")
        #expect(outcome.session == "0AF")
        let params = try #require(outcome.params)
        #expect(String(decoding: Array(text.utf8)[params], as: UTF8.self) == #"{"url":"x","a":[1,{"b":null}]}"#)
    }

    @Test(arguments: [
        #"{"id":-2147483648,"method":"A.b"}"#, #"{"method":"A.b","id":2147483647}"#,
        #"{"params":null,"id":0,"method":"A.b"}"#,
        #"{"id":1,"\u006dethod":"A\u002eb","sessionId":""}"#, #"{"id":1,"method":"A.b","params":{}}"#,
        "\t{\r\n\"id\":1 , \"method\":\"A.b\"}\n",
        #"{"id":1,"method":"A.b","params":{"a":-0.5e+10,"b":[true,false,null,[],{},""],"c":"\ud800 \"\\\/\b\f\n\r\t"}}"#,
        #"{"id":1,"method":"A.b","params":{"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":1}]}}"#,
        #"{"id":1,"method":"A.b","params":{"é":1,"e\u0301":2,"😀":3,"\ud83d":4}}"#,
    ])
    func takesWhatChromeTakes(message: String) {
        let outcome = outcome(message)
        #expect(outcome.fault == nil)
        #expect(outcome.method == "A.b")
    }

    /// As nodriver and zendriver write what needs no parameters: the id comes last.
    @Test(arguments: ["null", "[]", "[ \n]"])
    func whatHasNoMembersIsNoParameters(params: String) {
        let outcome = outcome(#"{"method":"A.b","params":\#(params),"id":1}"#)
        #expect(outcome.fault == nil)
        #expect(outcome.id == "1")
        #expect(outcome.params == nil)
    }

    @Test(
        arguments: [
            ("", .syntax), ("{", .syntax), ("{}", .id), (#"{"id":1}"#, .method), (#"{"method":"A.b"}"#, .id),
            ("[]", .noObject), ("7", .noObject), ("\"x\"", .noObject), ("null", .noObject), ("nul", .noObject),
            (#"{"id":1,"method":"A.b"}{}"#, .syntax), (#"{"id":1,"method":"A.b"},"#, .syntax),
            (#"{"id":1,"method":"A.b"}x"#, .syntax), (#"{"id":1,"method":"A.b",}"#, .syntax),
            (#"{"id":1,,"method":"A.b"}"#, .syntax), (#"{"id" 1,"method":"A.b"}"#, .syntax),
            (#"{id:1,"method":"A.b"}"#, .syntax), (#"{'id':1,"method":"A.b"}"#, .syntax),
            (#"{"id":1,"method":"A.b"/**/}"#, .syntax), ("\u{FEFF}{\"id\":1,\"method\":\"A.b\"}", .noObject),
            (#"{"id":01,"method":"A.b"}"#, .syntax), (#"{"id":+1,"method":"A.b"}"#, .id),
            (#"{"id":1.0,"method":"A.b"}"#, .id), (#"{"id":1e0,"method":"A.b"}"#, .id),
            (#"{"id":2147483648,"method":"A.b"}"#, .id), (#"{"id":-2147483649,"method":"A.b"}"#, .id),
            (#"{"id":99999999999999,"method":"A.b"}"#, .id), (#"{"id":"1","method":"A.b"}"#, .id),
            (#"{"id":null,"method":"A.b"}"#, .id), (#"{"id":-,"method":"A.b"}"#, .syntax),
            (#"{"id":1,"method":1}"#, .method), (#"{"id":1,"method":""}"#, .method),
            (#"{"id":1,"method":null}"#, .method),
            (#"{"id":1,"method":"A.b","params":[1]}"#, .params), (#"{"id":1,"method":"A.b","params":1}"#, .params),
            (#"{"id":1,"method":"A.b","params":[[]]}"#, .params), (#"{"id":1,"method":"A.b","params":[,]}"#, .params),
            (#"{"id":1,"method":"A.b","params":[{}]}"#, .params), (#"{"id":1,"method":"A.b","params":[}}"#, .params),
            (#"{"id":1,"method":"A.b","params":nil}"#, .syntax),
            (#"{"id":1,"method":"A.b","sessionId":null}"#, .sessionID),
            (#"{"id":1,"method":"A.b","sessionId":"a b"}"#, .sessionID),
            (#"{"id":1,"method":"A.b","sessionId":"\u0000"}"#, .sessionID),
            (#"{"id":1,"method":"A.b","x":1}"#, .unknownMember), (#"{"id":1,"Method":"A.b"}"#, .unknownMember),
            (#"{"id":1,"method":"A.b","method":"B.c"}"#, .duplicateName),
            (#"{"id":1,"method":"A.b","\u006Dethod":"B.c"}"#, .duplicateName),
            (#"{"id":1,"id":2,"method":"A.b"}"#, .duplicateName),
            (#"{"id":1,"method":"A.b","params":{"a":1,"a":2}}"#, .duplicateName),
            (#"{"id":1,"method":"A.b","params":{"a":[{"b":{"c":1,"\u0063":2}}]}}"#, .duplicateName),
            (#"{"id":1,"method":"A.b","params":{"a":"\x"}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":"\u12G4"}}"#, .syntax),
            ("{\"id\":1,\"method\":\"A.b\",\"params\":{\"a\":\"\n\"}}", .syntax),
            ("{\"id\":1,\"method\":\"A.b\",\"params\":{\"a\":\"\0\"}}", .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":.5}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":1.}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":1e}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":truE}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":[1,]}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":[1}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{"a":NaN}}"#, .syntax),
            (#"{"id":1,"method":"A.b","params":{a:1}}"#, .syntax),
        ] as [(String, CommandFault)]
    )
    func refusesWhatIsNoCommand(message: String, expected: CommandFault) {
        #expect(outcome(message).fault == expected)
    }

    @Test(
        arguments: [
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF], [0xE2, 0x82], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]]
    )
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        for name in [true, false] {
            let (before, after) = name ? (#"{"a"#, #"":1}"#) : (#"{"a":"b"#, #""}"#)
            let params = Array(before.utf8) + bytes + Array(after.utf8)
            #expect(
                outcome(Array(#"{"id":1,"method":"A.b","params":"#.utf8) + params + Array("}".utf8)).fault
                    == .invalidUTF8
            )
        }
        #expect(outcome(Array("{".utf8) + bytes + Array("}".utf8)).fault == .syntax)
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> CommandFault? {
            var scanner = CommandScanner()
            let inner = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return Outcome([Array(#"{"id":1,"method":"A.b","params":{"a":\#(inner)}}"#.utf8)[...]], &scanner).fault
        }
        #expect(nested(CommandScanner.maximumDepth - 2) == nil)
        #expect(nested(CommandScanner.maximumDepth - 1) == .tooDeep)
        #expect(nested(10_000) == .tooDeep)
    }

    @Test func namesOfLargeObjectsAreToldApart() {
        func fault(_ names: [String]) -> CommandFault? {
            var scanner = CommandScanner()
            let members = names.map { #""\#($0)":1"# }.joined(separator: ",")
            return Outcome([Array(#"{"id":1,"method":"A.b","params":{\#(members)}}"#.utf8)[...]], &scanner).fault
        }
        let names = (0..<1_000).map { "name \($0)" }
        #expect(fault(names) == nil)
        #expect(fault(names + ["name 0"]) == .duplicateName)
        #expect(fault(names + ["name 999"]) == .duplicateName)
        #expect(fault([String(repeating: "x", count: CommandScanner.longestName)]) == nil)
        #expect(fault([String(repeating: "x", count: CommandScanner.longestName + 1)]) == .tooManyNames)
        #expect(fault((0...CommandScanner.mostNames).map { "\($0)" }) == .tooManyNames)
    }

    @Test func longMethodsAndSessionsAreRefused() {
        func fault(_ member: String, _ count: Int) -> CommandFault? {
            var scanner = CommandScanner()
            let value = String(repeating: "A", count: count)
            let other = member == "method" ? "" : #","method":"A.b""#
            return Outcome([Array(#"{"id":1\#(other),"\#(member)":"\#(value)"}"#.utf8)[...]], &scanner).fault
        }
        #expect(fault("method", CommandScanner.longestText) == nil)
        #expect(fault("method", CommandScanner.longestText + 1) == .method)
        #expect(fault("sessionId", CommandScanner.longestText) == nil)
        #expect(fault("sessionId", CommandScanner.longestText + 1) == .sessionID)
    }

    /// Whatever the strict parser takes of a command's form, the scanner takes, and the other way round.
    @Test func agreesWithTheParserOnMutatedCommands() throws {
        var random = SeededGenerator(seed: 7)
        let seed = Array(
            #"{"id":12,"method":"A.b","params":{"a":[1.5e3,"\u00e9é\n",{"b":null}],"c":true},"sessionId":"F"}"#.utf8
        )
        var scanner = CommandScanner()
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = seed.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
                }
            }
            let isCommand = Outcome([bytes[...]], &scanner).fault == nil
            let value = try? JSONValue.parse(bytes, options: JSONParsingOptions(maximumDepth: 256))
            if value == nil { #expect(!isCommand, "\(String(decoding: bytes, as: UTF8.self))") }
            guard let value, case .object(let object) = value else { continue }
            let known = object.allSatisfy { ["id", "method", "params", "sessionId"].contains($0.name.text) }
            let digits = if case .number(let id)? = object["id"] { Int32(id.text) } else { Int32?.none }
            let isMethod = object["method"]?.stringValue?.isEmpty == false
            let isParams =
                object["params"].map { $0.isNull || $0.objectValue != nil || $0.arrayValue?.isEmpty == true } ?? true
            let session =
                object["sessionId"].map {
                    $0.stringValue?.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ?? false
                } ?? true
            let expected = known && digits != nil && isMethod && isParams && session
            #expect(isCommand == expected, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
