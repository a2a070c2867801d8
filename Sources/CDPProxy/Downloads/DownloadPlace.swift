import ProxyCore

/// The folders that hold what clients with roles download, one for each credential that may fetch it: how they are named, and
/// how one is made.
///
/// Chrome may write to them, one that a page took over too. So nothing in them is trusted: no link is followed, and only a
/// regular file with one name is handed out, since a second name could be put on a file that the proxy alone may read.
struct DownloadPlace: Sendable {
    /// A file that may be handed out.
    struct Listed {
        /// Chrome's id of the download, the `guid` of its events.
        let id: String
        let bytes: Int
        let modified: Timestamp
        /// Whether all of it has come.
        let isFinished: Bool
    }

    /// The folder of all folders.
    let path: String

    /// How long a folder's name is.
    static let nameLength = 32

    /// What Chrome adds to the name of a file that it has not finished.
    private static let unfinished = ".crdownload"

    /// Whether an entry may be one of the folders.
    static func isFolderName(_ name: EntryName) -> Bool {
        name.bytes.count == nameLength
            && name.bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
                default: false
                }
            }
    }

    /// Chrome's id of the download that an unfinished file is of; nil for other names.
    static func unfinishedID(_ name: EntryName) -> String? {
        guard let text = name.text, text.hasSuffix(unfinished) else { return nil }
        return String(text.dropLast(unfinished.count))
    }

    /// Whether folders can be made; throws why not.
    func check() throws(Errno) { try Directory(path: path).checkWritable() }

    /// Makes a folder unless it is there; gives its path.
    func makeFolder(_ name: String) throws(Errno) -> String {
        guard let entry = EntryName(name) else { throw .invalidArgument }
        _ = try Directory(path: path).makeDirectory(entry)
        return path + "/" + name
    }

    /// The files of a folder, oldest first; none where there is no folder.
    func files(of folder: String) throws(Errno) -> [Listed] {
        guard let directory = try open(folder) else { return [] }
        return try directory.names(atMost: DownloadSweep.mostFiles).compactMap { name in
            let unfinished = Self.unfinishedID(name)
            guard let id = unfinished ?? name.text, RoutedRequest.isID(id),
                let status = try? directory.status(of: name), status.isServable
            else { return nil }
            return Listed(id: id, bytes: status.size, modified: status.modified, isFinished: unfinished == nil)
        }
        .sorted { ($0.modified, $0.id) < ($1.modified, $1.id) }
    }

    /// Opens a finished file of a folder; nil when there is none.
    func file(_ id: String, of folder: String) throws(Errno) -> OpenFile? {
        guard let directory = try open(folder), let name = EntryName(id) else { return nil }
        do throws(Errno) {
            let file = try directory.file(name)
            guard file.status.isServable else { return nil }
            return file
        } catch .noSuchEntry, .isLink {
            return nil
        }
    }

    /// Whether Chrome is still writing a file of a folder.
    func isUnfinished(_ id: String, of folder: String) throws(Errno) -> Bool {
        guard let directory = try open(folder), let name = EntryName(id + Self.unfinished) else { return false }
        return (try? directory.status(of: name))?.isServable ?? false
    }

    private func open(_ folder: String) throws(Errno) -> Directory? {
        guard let name = EntryName(folder) else { return nil }
        do throws(Errno) { return try Directory(path: path).directory(name) } catch .noSuchEntry { return nil }
    }
}

extension FileStatus {
    /// Whether a file may be handed out.
    fileprivate var isServable: Bool { kind == .regular && links == 1 }
}
