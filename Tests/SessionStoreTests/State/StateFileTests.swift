import Glibc
import TestSupport
import Testing

@testable import SessionStore

@Suite struct StateFileTests {
    private let folder = try? TemporaryDirectory()

    private func path() throws -> String { try #require(folder).file("proxy.state") }

    @Test func recordsSurviveARestart() throws {
        let file = try StateFile(path: path())
        #expect(try file.record(of: "b1") == nil)
        try file.keep("one", of: "b1")
        try file.keep("two", of: "b1")
        try file.keep("other", of: "b2")
        let next = try StateFile(path: path())
        #expect(try next.record(of: "b1") == "two")
        #expect(try next.record(of: "b2") == "other")
    }

    @Test func onlyTheOwnerMayReadTheStateFile() throws {
        _ = try StateFile(path: path())
        var status = stat()
        #expect(unsafe stat(try path(), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func theNumberOfBrowsersIsBounded() throws {
        let file = try StateFile(path: path())
        for number in 0...StateFile.mostBrowsers { try file.keep("r", of: "b\(number)") }
        #expect(try file.record(of: "b0") == nil)
        #expect(try file.record(of: "b1") == "r")
    }

    @Test func aRewrittenRecordIsTheNewest() throws {
        let file = try StateFile(path: path())
        for number in 0..<StateFile.mostBrowsers { try file.keep("r", of: "b\(number)") }
        try file.keep("again", of: "b0")
        try file.keep("r", of: "one more")
        #expect(try file.record(of: "b0") == "again")
        #expect(try file.record(of: "b1") == nil)
    }

    @Test func spentTokensAreRememberedUntilTheirMoment() throws {
        let file = try StateFile(path: path())
        try file.spend([1, 2], until: 100.5, now: 10)
        try file.spend([3], until: 50, now: 10)
        let next = try StateFile(path: path())
        let known = try next.spentTokens(now: 49.5)
        #expect(known.map(\.hash).sorted { $0.count < $1.count } == [[3], [1, 2]])
        #expect(try next.spentTokens(now: 50).map(\.until) == [100.5])
        try next.spend([4], until: 200, now: 150)
        #expect(try next.spentTokens(now: 0).map(\.hash) == [[4]], "tokens past their moment are forgotten")
    }

    @Test func twoProcessesMayShareTheFile() throws {
        let (one, other) = (try StateFile(path: path()), try StateFile(path: path()))
        try one.keep("one", of: "b1")
        try other.keep("other", of: "b2")
        #expect(try other.record(of: "b1") == "one")
        #expect(try one.record(of: "b2") == "other")
    }

    @Test func anotherFileIsNotOverwritten() throws {
        let file = unsafe try #require(fopen(try path(), "w"))
        unsafe fputs(String(repeating: "not a database ", count: 100), file)
        unsafe fclose(file)
        #expect(throws: SessionStoreError.corrupt(path: try path())) { try StateFile(path: try path()) }
    }

    @Test func aMissingFolderIsNotCreated() {
        #expect {
            _ = try StateFile(path: "/nonexistent/folder/proxy.state")
        } throws: { error in
            if case SessionStoreError.unopenable = error { true } else { false }
        }
    }
}
