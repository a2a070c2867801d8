import FoundationEssentials
import Glibc
import ProxyCore
import TestSupport
import Testing

@Suite struct DirectoryTests {
    private let folder: TemporaryDirectory
    private var path: String { folder.path }

    init() throws { folder = try TemporaryDirectory() }

    private func name(_ text: String) throws -> EntryName { try #require(EntryName(text)) }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
    }

    @Test(arguments: ["", ".", "..", "a/b", "/", "a\0b", String(repeating: "a", count: 256)])
    func whatIsNoNameIsRefused(text: String) { #expect(EntryName(text) == nil) }

    @Test func anyOtherBytesAreAName() throws {
        let name = try #require(EntryName(bytes: [0xFF, 0x0A]))
        #expect(name.text == nil)
        #expect(Array(name.bytes) == [0xFF, 0x0A])
        #expect(EntryName("...")?.text == "...")
    }

    @Test func aFileIsReadInPieces() throws {
        try write("first second", "file")
        let file = try Directory(path: path).file(name("file"))
        #expect(file.status.kind == .regular)
        #expect(file.status.size == 12)
        #expect(String(decoding: try file.read(atMost: 6), as: UTF8.self) == "first ")
        #expect(String(decoding: try file.read(atMost: 100), as: UTF8.self) == "second")
        #expect(try file.read(atMost: 100).isEmpty)
    }

    @Test func noLinkIsFollowed() throws {
        try write("secret", "file")
        try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: path + "/file")
        try FileManager.default.createSymbolicLink(atPath: path + "/folder", withDestinationPath: path)
        let directory = try Directory(path: path)
        #expect(throws: Errno.isLink) { _ = try directory.file(name("link")) }
        #expect(throws: Errno(code: ENOTDIR)) { _ = try directory.directory(name("folder")) }
        #expect(try directory.status(of: name("link")).kind == .other)
    }

    @Test func aSecondNameIsCounted() throws {
        try write("secret", "file")
        try FileManager.default.linkItem(atPath: path + "/file", toPath: path + "/twin")
        #expect(try Directory(path: path).file(name("twin")).status.links == 2)
    }

    @Test func aPipeDoesNotBlock() throws {
        #expect(unsafe mkfifo(path + "/pipe", 0o600) == 0)
        #expect(try Directory(path: path).file(name("pipe")).status.kind == .other)
    }

    @Test func aFolderHasItsParentsPermissions() throws {
        #expect(unsafe chmod(path, 0o2770) == 0)
        let directory = try Directory(path: path)
        _ = try directory.makeDirectory(name("folder"))
        // A second time it is left as it is.
        _ = try directory.makeDirectory(name("folder"))
        var status = stat()
        #expect(unsafe stat(path + "/folder", &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o2770)
    }

    @Test func namesAreListedUpToALimit() throws {
        for index in 0..<20 { try write("", "file\(index)") }
        let directory = try Directory(path: path)
        #expect(try Set(directory.names(atMost: 100)).count == 20)
        #expect(try directory.names(atMost: 7).count == 7)
        try directory.remove(name("file7"))
        #expect(try directory.names(atMost: 100).count == 19)
        #expect(throws: Errno.noSuchEntry) { try directory.remove(name("file7")) }
    }
}
