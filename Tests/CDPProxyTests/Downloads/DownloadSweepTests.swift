import FoundationEssentials
import Glibc
import ProxyCore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct DownloadSweepTests {
    private let folder: TemporaryDirectory
    private var root: String { folder.path }
    private let now = Timestamp(microseconds: 1_800_000_000_000_000)
    private let first = String(repeating: "a", count: 32)
    private let second = String(repeating: "b", count: 32)

    init() throws {
        folder = try TemporaryDirectory()
        for name in [first, second] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
    }

    private func make(_ folder: String, _ name: String, blocks: Int, age: Int) throws {
        let path = "\(root)/\(folder)/\(name)"
        try Data(repeating: 1, count: blocks * 4096).write(to: URL(filePath: path))
        let date = Date(timeIntervalSince1970: now.secondsSince1970 - Double(age))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
    }

    private func run(blocks: Int = 100, age: Duration = .seconds(60)) throws -> DownloadSweep.Outcome {
        try DownloadSweep(path: root, quota: blocks * 4096, age: age).run(now: now)
    }

    @Test func whatIsWithinBothStays() throws {
        try make(first, "one", blocks: 40, age: 59)
        try make(second, "two", blocks: 60, age: 0)
        let outcome = try run()
        #expect(outcome == DownloadSweep.Outcome(bytes: 100 * 4096))
        #expect(try names(first) == ["one"])
    }

    @Test func whatIsTooOldGoes() throws {
        try make(first, "old", blocks: 1, age: 60)
        try make(first, "stuck.crdownload", blocks: 1, age: 61)
        try make(first, "new", blocks: 1, age: 1)
        let outcome = try run()
        #expect(outcome.removed == [.age: 2])
        #expect(outcome.cancelled == ["stuck"])
        #expect(try names(first) == ["new"])
        #expect(outcome.empty.compactMap(\.text) == [second])
    }

    @Test func theOldestOfTheLargestFolderGoFirst() throws {
        try make(first, "small", blocks: 10, age: 50)
        for (name, age) in [("a", 10), ("b", 20), ("c", 30)] { try make(second, name, blocks: 40, age: age) }
        let outcome = try run()
        #expect(outcome.removed == [.quota: 1])
        #expect(outcome.bytes == 90 * 4096)
        #expect(try names(second) == ["a", "b"])
        #expect(try names(first) == ["small"])
    }

    @Test func whatIsUnderWayIsCancelledLast() throws {
        try make(first, "done", blocks: 40, age: 1)
        try make(first, "large.crdownload", blocks: 90, age: 50)
        #expect(try run().cancelled.isEmpty)
        #expect(try names(first) == ["large.crdownload"])
        let outcome = try run(blocks: 80)
        #expect(outcome.cancelled == ["large"])
        #expect(outcome.bytes == 0)
        #expect(try names(first).isEmpty)
    }

    @Test func whatNoDownloadMakesIsRemovedAndNothingElse() throws {
        try make(first, "file", blocks: 1, age: 1)
        let elsewhere = root + "/elsewhere"
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        try Data([1]).write(to: URL(filePath: elsewhere + "/kept"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/\(first)/link",
            withDestinationPath: elsewhere + "/kept"
        )
        #expect(unsafe mkfifo("\(root)/\(first)/pipe", 0o600) == 0)
        try FileManager.default.removeItem(atPath: "\(root)/\(second)")
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(second)", withDestinationPath: elsewhere)
        let outcome = try run(age: .seconds(1_000_000_000))
        #expect(outcome.removed == [.odd: 2])
        #expect(try names(first) == ["file"])
        #expect(FileManager.default.fileExists(atPath: elsewhere + "/kept"))
    }

    @Test func hugeFilesHaveASum() throws {
        for index in 0..<3 {
            let path = "\(root)/\(first)/\(index)"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // As large as the file system lets one be that takes no room.
            #expect(unsafe truncate(path, 1 << 43) == 0)
        }
        let outcome = try run(age: .seconds(1_000_000_000))
        #expect(outcome.removed == [.quota: 3])
        #expect(outcome.bytes == 0)
    }

    @Test func aFolderOfTooManyIsEmptied() throws {
        for index in 0...DownloadSweep.mostFiles {
            #expect(FileManager.default.createFile(atPath: "\(root)/\(first)/\(index)", contents: nil))
        }
        #expect(try run(age: .seconds(1_000_000_000)).removed == [.odd: DownloadSweep.mostFiles + 1])
    }

    @Test func aMissingFolderIsAnError() {
        #expect(throws: Errno.noSuchEntry) {
            try DownloadSweep(path: root + "/nowhere", quota: 1, age: .seconds(1)).run(now: now)
        }
    }
}
