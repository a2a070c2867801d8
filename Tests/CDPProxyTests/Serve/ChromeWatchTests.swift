import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

/// The watch alone, over a scripted Chrome.
@Suite struct ChromeWatchTests {
    @Test func chromeIsAskedOnceInAnInterval() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop, timeouts: HandshakeTimeouts(probe: .seconds(3600)))
            let chrome = try ScriptedChrome(on: loop)
            defer { chrome.close() }
            let watch = try bench.watch(over: chrome, until: bench.shutdown())
            for _ in 0..<3 { #expect(await watch.outage() == nil) }
            #expect(chrome.requests.count == 1)
            #expect(bench.context.metrics.chrome.isUp)
            // The last probe counts until a caller has reason to doubt it.
            await chrome.crash()
            #expect(await watch.outage() == nil)
            watch.doubt()
            #expect(await watch.outage() == .unreachable)
            #expect(!bench.context.metrics.chrome.isUp)
        }
    }

    @Test func aChromeThatAnswersTwoQuestionsWithNothingIsGivenUp() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let chrome = try ScriptedChrome(on: loop)
            defer { chrome.close() }
            let watch = try bench.watch(over: chrome, until: bench.shutdown())
            chrome.script = { _ in .silence }
            await watch.follow(every: .milliseconds(20)) { watch.close() }
            #expect(chrome.requests.count == 2)
            #expect(!bench.context.metrics.chrome.isUp)
            #expect(bench.log.lines("chrome_down").map { $0["reason"] } == ["no_answer"])
        }
    }

    @Test func theProcessIsLookedUpEachTime() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let chrome = try ScriptedChrome(on: loop)
            defer { chrome.close() }
            let watch = try bench.watch(over: chrome, until: bench.shutdown())
            #expect(watch.lastBrowser == nil)
            for id in ["first", "second"] {
                chrome.browserID = id
                #expect(try await watch.currentBrowser(until: loop.now) == id)
                #expect(watch.lastBrowser == id)
            }
        }
    }

    @Test func aChromeThatIsBeingRestartedIsWaitedFor() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let before = try ScriptedChrome(on: loop)
            let watch = try bench.watch(over: before, until: bench.shutdown())
            await before.crash()
            await #expect(throws: RequestRefusal.self) { try await watch.currentBrowser(until: loop.now) }
            var after: ScriptedChrome?
            defer { after?.close() }
            let restart = LoopTimer {
                after = try? ScriptedChrome(on: loop, port: before.port)
                after?.browserID = "restarted"
            }
            loop.schedule(restart, at: loop.now + .milliseconds(10))
            #expect(try await watch.currentBrowser(until: loop.now + .seconds(60)) == "restarted")
        }
    }

    @Test func aServerThatStopsWaitsForNoChrome() async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let chrome = try ScriptedChrome(on: loop)
            let shutdown = bench.shutdown()
            defer { shutdown.release() }
            let watch = try bench.watch(over: chrome, until: shutdown)
            await chrome.crash()
            loop.schedule(LoopTimer { shutdown.stop() }, at: loop.now + .milliseconds(10))
            // Without the stop it would wait an hour.
            await #expect(throws: RequestRefusal.self) {
                try await watch.currentBrowser(until: loop.now + .seconds(3600))
            }
        }
    }

    @Test(arguments: [(ChromeFailure.noSuchEndpoint, true), (.unreachable, false), (.timedOut, false)])
    func whatAFailureProves(_ failure: ChromeFailure, _ provesThatItIsUp: Bool) async throws {
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop)
            let chrome = try ScriptedChrome(on: loop)
            defer { chrome.close() }
            let watch = try bench.watch(over: chrome, until: bench.shutdown())
            await #expect(throws: RequestRefusal.self) {
                try await watch.ask { () async throws(ChromeFailure) in throw failure }
            }
            #expect(bench.context.metrics.chrome.isUp == provesThatItIsUp)
        }
    }
}
