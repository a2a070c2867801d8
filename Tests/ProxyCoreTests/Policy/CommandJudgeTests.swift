import Testing

@testable import ProxyCore

/// A judge and what it has told.
private final class Bench {
    private(set) var events: [CommandEvent] = []
    private var judge: CommandJudge?

    init(
        _ permissions: PermissionSet?,
        isEnforced: Bool = true,
        close: BrowserClosePolicy = .disconnect,
        downloads: String? = nil,
        uploads: String? = nil
    ) {
        let policy = CommandPolicy(
            permissions: permissions,
            isEnforced: isEnforced,
            browserClose: close,
            addresses: PageAddress(closedPorts: [9222]),
            downloadFolder: downloads,
            uploadFolder: uploads
        )
        judge = CommandJudge(policy) { [unowned self] in events.append($0) }
    }

    /// What goes on, or nil, and what is answered, or nil.
    func send(_ message: String) -> (passed: String?, answer: String?) {
        switch judge?.decide(Array(message.utf8).span) {
        case .pass(let bytes): (String(decoding: bytes, as: UTF8.self), nil)
        case .answer(let bytes): (nil, String(decoding: bytes, as: UTF8.self))
        case nil: (nil, nil)
        }
    }

    /// The same for a message that comes in two parts.
    func send(long beginning: String, _ rest: String) -> (passes: Bool, goesOn: Bool, answer: String?) {
        guard let judge else { return (false, false, nil) }
        let passes = judge.begin(Array(beginning.utf8).span)
        let goesOn = judge.goOn(Array(rest.utf8).span)
        return (passes, goesOn, passes ? nil : String(decoding: judge.endDropped(), as: UTF8.self))
    }
}

@Suite struct CommandJudgeTests {
    @Test func whatPassesIsWrittenAnew() {
        let bench = Bench(Role.operator.permissions)
        let sent = bench.send(
            #" { "\u006dethod":"Runtime\u002eevaluate", "params" : {"expression": "1 + 1"},"id":-3, "sessionId":"AF"} "#
        )
        #expect(
            sent.passed == #"{"id":-3,"method":"Runtime.evaluate","params":{"expression": "1 + 1"},"sessionId":"AF"}"#
        )
        #expect(
            bench.send(#"{"id":1,"method":"Page.enable","params":null,"sessionId":""}"#).passed
                == #"{"id":1,"method":"Page.enable"}"#
        )
        #expect(bench.events.isEmpty)
    }

    @Test func parametersThatWereLookedAtAreWrittenAsTheyWereRead() {
        let sent = Bench(Role.operator.permissions).send(
            #"{"id":1,"method":"Page.navigate","params":{ "url" : "http:\/\/example.com", "n": 1.50 }}"#
        )
        #expect(sent.passed == #"{"id":1,"method":"Page.navigate","params":{"url":"http://example.com","n":1.50}}"#)
    }

    @Test func aDeniedCommandIsAnsweredUnderItsOwnIDAndSession() {
        let bench = Bench(PermissionSet([.sessionsNavigate]))
        let sent = bench.send(
            #"{"id":9,"method":"Runtime.evaluate","params":{"expression":"secret"},"sessionId":"AF"}"#
        )
        #expect(sent.passed == nil)
        let message = "Runtime.evaluate needs the permission sessions.extract"
        #expect(sent.answer == #"{"id":9,"error":{"code":-32000,"message":"\#(message)"},"sessionId":"AF"}"#)
        #expect(bench.events == [.denied(method: "Runtime.evaluate", .permission(.sessionsExtract), isEnforced: true)])
    }

    /// A client's own text stands in no log line.
    @Test func aMethodThatIsNotKnownIsNotNamed() {
        let bench = Bench(Role.operator.permissions)
        let sent = bench.send(#"{"id":9,"method":"Evil.\u0000secret"}"#)
        #expect(sent.answer?.contains("secret") == false)
        #expect(bench.events == [.denied(method: "this method", .permission(.everything), isEnforced: true)])
        #expect(bench.send(#"{"id":9,"method":"page.navigate"}"#).passed == nil)
        #expect(bench.send(#"{"id":9,"method":"Page.navigate "}"#).passed == nil)
    }

    @Test(
        arguments: [
            ("Page.navigate", #"{"url":"file:///etc/passwd"}"#),
            ("Page.navigate", #"{"url":"http://127.1:9222/json"}"#),
            ("Page.navigate", #"{"url":7}"#), ("Page.navigate", #"{"url":"\ud800"}"#),
            ("Target.createTarget", #"{"url":"chrome://version"}"#),
            ("Target.createBrowserContext", #"{"proxyServer":"x"}"#),
            ("Target.createBrowserContext", #"{"originsWithUniversalNetworkAccess":[]}"#),
            ("Target.attachToTarget", #"{"targetId":"A"}"#),
            ("Target.attachToTarget", #"{"targetId":"A","flatten":false}"#),
            ("Target.attachToTarget", #"{"targetId":"A","flatten":1}"#),
            ("Target.setAutoAttach", #"{"autoAttach":true,"waitForDebuggerOnStart":false}"#),
            ("DOM.setFileInputFiles", #"{"files":["/etc/passwd"]}"#),
            ("Input.dispatchDragEvent", #"{"data":{"files":["/etc/passwd"]}}"#),
            ("Input.dispatchDragEvent", #"{"data":{"files":{}}}"#),
            ("Tracing.start", #"{"perfettoConfig":"x"}"#), ("Tracing.start", #"{"tracingBackend":"system"}"#),
        ]
    )
    func parametersThatReachFurtherAreDenied(method: String, params: String) {
        let bench = Bench(Role.operator.permissions)
        let sent = bench.send(#"{"id":1,"method":"\#(method)","params":\#(params)}"#)
        #expect(sent.passed == nil)
        #expect(sent.answer?.contains(#""id":1,"error""#) == true)
        guard case .denied(method, .parameters, isEnforced: true)? = bench.events.first else {
            Issue.record("\(bench.events)")
            return
        }
        #expect(Bench(.all).send(#"{"id":1,"method":"\#(method)","params":\#(params)}"#).passed != nil)
        #expect(Bench(nil).send(#"{"id":1,"method":"\#(method)","params":\#(params)}"#).passed != nil)
    }

    @Test(arguments: [
        #"{"id":1,"method":"Target.createTarget","params":{"url":""}}"#,
        #"{"id":1,"method":"Target.createBrowserContext"}"#,
        #"{"id":1,"method":"Target.attachToTarget","params":{"targetId":"A","flatten":true}}"#,
        #"{"id":1,"method":"Target.setAutoAttach","params":{"autoAttach":false,"waitForDebuggerOnStart":false}}"#,
        #"{"id":1,"method":"Input.dispatchDragEvent","params":{"data":{"items":[]}}}"#,
        #"{"id":1,"method":"Page.reload","params":{"scriptToEvaluateOnLoad":"1"}}"#,
    ])
    func parametersThatStayWithinPass(command: String) {
        #expect(Bench(Role.operator.permissions).send(command).passed == command)
    }

    @Test func downloadsAreKeptFromTheDiskWithoutAnError() {
        let command =
            #"{"id":1,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/etc"}}"#
        #expect(Bench(Role.operator.permissions).send(command).answer == #"{"id":1,"result":{}}"#)
        #expect(Bench(.all).send(command).passed == command)
    }

    @Test(arguments: [
        (
            #""method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/etc","other":1}"#,
            #"{"behavior":"allowAndName","downloadPath":"/d/mine"}"#
        ),
        (
            #""method":"Browser.setDownloadBehavior","params":{"browserContextId":"B","behavior":"allowAndName","eventsEnabled":true}"#,
            #"{"browserContextId":"B","eventsEnabled":true,"behavior":"allowAndName","downloadPath":"/d/mine"}"#
        ),
        (
            #""method":"Page.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/etc"}"#,
            #"{"behavior":"allowAndName","downloadPath":"/d/mine"}"#
        ),
        (
            #""method":"Browser.setDownloadBehavior","params":{"behavior":"deny","downloadPath":"/etc"}"#,
            #"{"behavior":"deny"}"#
        ),
        (
            #""method":"Browser.setDownloadBehavior","params":{"behavior":7,"downloadPath":"/etc"}"#,
            #"{"behavior":7}"#
        ),
    ])
    func downloadsGoToTheirFolder(command: String, params: String) {
        let sent = Bench(Role.operator.permissions, downloads: "/d/mine").send(#"{"id":1,\#(command)}"#)
        #expect(sent.passed == #"{"id":1,"method":"Browser.setDownloadBehavior","params":\#(params)}"#)
    }

    @Test func anObservedPolicyTellsOfDownloadsAndLeavesThem() {
        let command =
            #"{"id":1,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/etc"}}"#
        for folder in [nil, "/d/mine"] {
            let bench = Bench(Role.operator.permissions, isEnforced: false, downloads: folder)
            #expect(bench.send(command).passed == command)
            #expect(bench.events.count == 1)
        }
    }

    @Test(arguments: [
        (#"["/up/a","/up/b/c"]"#, true), (#"["/d/mine/guid"]"#, true), ("[]", true),
        (#"["/up/a","/etc/passwd"]"#, false),
        (#"["/up"]"#, false), (#"["/up/"]"#, false), (#"["/upper/a"]"#, false), (#"["/up/../etc/passwd"]"#, false),
        (#"["/up/./a"]"#, false), (#"["/up//a"]"#, false), (#"["/d/other/guid"]"#, false), (#"["up/a"]"#, false),
        (#"["/up/a\u0000b"]"#, false), (#"[1]"#, false), (#""/up/a""#, false), ("{}", false),
    ])
    func filesOfTheUploadFolderAreGivenToPages(files: String, isAllowed: Bool) {
        let bench = Bench(Role.operator.permissions, downloads: "/d/mine", uploads: "/up")
        let sent = bench.send(#"{"id":1,"method":"DOM.setFileInputFiles","params":{"files":\#(files)}}"#)
        #expect((sent.passed != nil) == isAllowed)
    }

    @Test(arguments: [
        ("getTargets", "{}", #"{"filter":WEB}"#),
        ("setDiscoverTargets", #"{"discover":true}"#, #"{"discover":true,"filter":WEB}"#),
        ("setDiscoverTargets", #"{"discover":false}"#, #"{"discover":false}"#),
        ("autoAttachRelated", #"{"targetId":"A","filter":[]}"#, #"{"targetId":"A","filter":[{"exclude":true}]}"#),
        (
            "setAutoAttach", #"{"autoAttach":true,"filter":[{}],"flatten":true}"#,
            #"{"autoAttach":true,"filter":ALL,"flatten":true}"#
        ),
        (
            "getTargets",
            #"{"filter":[{"type":"page","exclude":true},{"type":"page"},{"type":"browser_ui"},{"type":"tab"}]}"#,
            #"{"filter":[{"type":"tab"},{"exclude":true}]}"#
        ),
        (
            "getTargets", #"{"filter":[{"type":"iframe","exclude":false},{"exclude":true}]}"#,
            #"{"filter":[{"type":"iframe"},{"exclude":true}]}"#
        ),
    ])
    func onlyWebsitesTargetsAreShown(method: String, params: String, settled: String) {
        let all = WebTargets.types.map { #"{"type":"\#($0)"}"# }
        let web = all.filter { !$0.contains("tab") }
        func list(_ types: [String]) -> String { "[" + (types + [#"{"exclude":true}"#]).joined(separator: ",") + "]" }
        let expected = settled.replacing("WEB", with: list(web)).replacing("ALL", with: list(all))
        let sent = Bench(Role.operator.permissions).send(#"{"id":1,"method":"Target.\#(method)","params":\#(params)}"#)
        #expect(sent.passed == #"{"id":1,"method":"Target.\#(method)","params":\#(expected)}"#)
    }

    @Test func aCommandWithoutParametersGetsAFilterToo() throws {
        let sent = Bench(Role.operator.permissions).send(#"{"id":1,"method":"Target.getTargets","sessionId":"S"}"#)
        let passed = try #require(sent.passed)
        #expect(passed.hasPrefix(#"{"id":1,"method":"Target.getTargets","params":{"filter":[{"type":"page"},"#))
        #expect(passed.hasSuffix(#"{"exclude":true}]},"sessionId":"S"}"#))
    }

    @Test(arguments: [
        #"{"filter":{}}"#, #"{"filter":[1]}"#, #"{"filter":[{"type":1}]}"#, #"{"filter":[{"exclude":"no"}]}"#,
    ])
    func whatIsNoFilterIsDenied(params: String) {
        let sent = Bench(Role.operator.permissions).send(#"{"id":1,"method":"Target.getTargets","params":\#(params)}"#)
        #expect(sent.passed == nil)
    }

    @Test func browserCloseIsWhatThePolicySays() {
        let command = #"{"id":4,"method":"Browser.close"}"#
        for permissions in [nil, .all, Role.operator.permissions] as [PermissionSet?] {
            let leaving = Bench(permissions, close: .disconnect)
            #expect(leaving.send(command).answer == #"{"id":4,"result":{}}"#)
            #expect(leaving.events == [.disconnect])
            #expect(Bench(permissions, close: .forward).send(command).passed == command)
            for isEnforced in [true, false] {
                let denying = Bench(permissions, isEnforced: isEnforced, close: .deny)
                #expect(denying.send(command).answer?.contains("error") == true)
            }
        }
    }

    @Test func anObservedPolicyLetsPassAndTells() {
        let bench = Bench(PermissionSet([.sessionsNavigate]), isEnforced: false)
        let command = #"{"id":9,"method":"Runtime.evaluate","params":{"expression":"1"}}"#
        #expect(bench.send(command).passed == command)
        #expect(bench.events == [.denied(method: "Runtime.evaluate", .permission(.sessionsExtract), isEnforced: false)])
        // What is no command is never passed on.
        #expect(bench.send("[]").passed == nil)
    }

    @Test func whatIsNoCommandIsAnsweredUnderTheIDItShowed() {
        let bench = Bench(Role.operator.permissions)
        #expect(
            bench.send(#"{"id":5,"method":"Page.enable"}{}"#).answer
                == #"{"id":5,"error":{"code":-32700,"message":"the message is not valid JSON"}}"#
        )
        #expect(bench.send("[]").answer == #"{"error":{"code":-32600,"message":"a message must be an object"}}"#)
        #expect(bench.events == [.malformed(.syntax), .malformed(.noObject)])
    }

    // MARK: - Long messages

    private let open = #"{"id":3,"method":"Runtime.evaluate","params":{"expression":""#

    @Test func aLongCommandIsDecidedOverByItsBeginning() {
        let bench = Bench(Role.operator.permissions)
        let sent = bench.send(long: open, #"x"},"sessionId":"A"}"#)
        #expect(sent.passes && sent.goesOn)
        #expect(bench.events.isEmpty)
    }

    @Test func aLongCommandThatIsDeniedIsAnsweredWithTheSessionAtItsEnd() {
        let bench = Bench(PermissionSet([.sessionsNavigate]))
        let sent = bench.send(long: open, #"x"},"sessionId":"A"}"#)
        #expect(!sent.passes)
        #expect(sent.answer?.hasSuffix(#"},"sessionId":"A"}"#) == true)
        #expect(sent.answer?.hasPrefix(#"{"id":3,"error""#) == true)
    }

    @Test(arguments: [
        #"{"params":{"expression":""#, #"{"id":3,"params":{"expression":""#,
        #"{"id":3,"method":"Page.navigate","params":{"url":""#,
    ])
    func aLongCommandThatCannotBeDecidedOverIsDenied(beginning: String) {
        let bench = Bench(Role.operator.permissions)
        let sent = bench.send(long: beginning, #"x"}}"#)
        #expect(!sent.passes)
        #expect(sent.answer?.contains("error") == true)
    }

    /// It could be `Browser.close`, which no observing lets pass where a setting denies it.
    @Test func aLongCommandWithSomethingBehindItsParametersPassesWhereTheBrowserMayBeClosed() {
        for (close, isPassed) in [(BrowserClosePolicy.forward, true), (.disconnect, false), (.deny, false)] {
            let bench = Bench(Role.operator.permissions, isEnforced: false, close: close)
            #expect(bench.send(long: #"{"id":3,"params":{"a":""#, #""},"method":"Browser.close"}"#).passes == isPassed)
            #expect(bench.send(long: #"{"method":"Browser.close","params":{"a":""#, #""},"id":3}"#).passes == isPassed)
            #expect(bench.send(long: open, #"x"}}"#).passes)
        }
    }

    @Test(arguments: [#"x"},"method":"Browser.crash"}"#, #"x"}}}"#, "x\u{0}", #"x","a":1,"a":2}}"#])
    func aLongCommandThatTurnsOutToBeNoneDoesNotGoOn(rest: String) {
        let sent = Bench(Role.operator.permissions).send(long: open, rest)
        #expect(sent.passes)
        #expect(!sent.goesOn)
    }
}
