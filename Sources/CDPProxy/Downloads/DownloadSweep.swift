import ProxyCore

/// One look at all downloads, which removes those that are too old, and of the others as many as it takes to stay within the
/// quota.
///
/// Blocking: not for the loop's thread. Chrome writes to the folders, so anything may be in them: links, pipes and folders are
/// removed, and nothing is opened.
struct DownloadSweep {
    /// What a look did.
    struct Outcome: Sendable, Equatable {
        /// How many bytes are left.
        var bytes = 0
        /// How many files were removed, by reason.
        var removed: [Reason: Int] = [:]
        /// The downloads under way that must be cancelled, by Chrome's ids: a file that is removed while it is written goes on
        /// taking room.
        var cancelled: [String] = []
        /// The folders that are empty.
        var empty: [EntryName] = []
    }

    /// Why a file is removed. The raw value is a label of the metric.
    enum Reason: String, Sendable, CaseIterable {
        /// Nothing was written to it for as long as a download is kept.
        case age
        /// There are more bytes than are kept.
        case quota
        /// It is no file that a download makes, or one of more than are kept.
        case odd
    }

    /// How many files a folder may hold.
    static let mostFiles = 1024
    /// How many folders are looked at.
    static let mostFolders = 1024
    /// As how many bytes a file counts at most: more than any quota, and so many files of it still have a sum.
    fileprivate static let largest = 1 << 41
    /// How many downloads are cancelled after one look.
    static let mostCancelled = 256

    /// The folder of all folders.
    let path: String
    /// How many bytes are kept in all.
    let quota: Int
    /// How long a file is kept.
    let age: Duration

    fileprivate struct File {
        let name: EntryName
        let size: Int
        let modified: Timestamp
        /// Chrome's id, while it is not finished.
        let unfinishedID: String?

        var isUnfinished: Bool { unfinishedID != nil }
    }

    private struct Folder: ~Copyable {
        let directory: Directory
        let name: EntryName
        /// Oldest first, and those that are not finished last.
        var files: [File]
        var bytes: Int
    }

    /// Looks, and removes what is to be removed.
    func run(now: Timestamp) throws(Errno) -> Outcome {
        var outcome = Outcome()
        let root = try Directory(path: path)
        var sizes: [(name: EntryName, bytes: Int)] = []
        for name in try root.names(atMost: Self.mostFolders) where DownloadPlace.isFolderName(name) {
            // Another process may have removed it, or put something else in its place.
            guard let folder = try? open(name, in: root, now, &outcome) else { continue }
            if folder.files.isEmpty { outcome.empty.append(name) }
            sizes.append((name, folder.bytes))
            outcome.bytes += folder.bytes
        }
        while outcome.bytes > quota, let largest = sizes.indices.max(by: { sizes[$0].bytes < sizes[$1].bytes }),
            sizes[largest].bytes > 0
        {
            let before = outcome.bytes
            try? shrink(sizes[largest].name, in: root, now, &outcome)
            sizes[largest].bytes -= before - outcome.bytes
            // What cannot be removed is not tried again in this look.
            if before == outcome.bytes { sizes.remove(at: largest) }
        }
        return outcome
    }

    /// Opens a folder, and removes what is too old or odd.
    private func open(
        _ name: EntryName,
        in root: borrowing Directory,
        _ now: Timestamp,
        _ outcome: inout Outcome
    ) throws(Errno) -> Folder {
        var folder = Folder(directory: try root.directory(name), name: name, files: [], bytes: 0)
        let names = try folder.directory.names(atMost: Self.mostFiles + 1)
        for name in names {
            guard let status = try? folder.directory.status(of: name) else { continue }
            let isFile = status.kind == .regular && names.count <= Self.mostFiles
            let file = File(name, status)
            guard isFile, status.modified + age > now else {
                remove(file, status.kind, from: folder.directory, isFile ? .age : .odd, &outcome)
                continue
            }
            folder.files.append(file)
            folder.bytes += file.size
        }
        folder.files.sort { ($0.isUnfinished ? 1 : 0, $0.modified) < ($1.isUnfinished ? 1 : 0, $1.modified) }
        return folder
    }

    /// Removes files of a folder, its oldest first, until all are within the quota.
    private func shrink(
        _ name: EntryName,
        in root: borrowing Directory,
        _ now: Timestamp,
        _ outcome: inout Outcome
    ) throws(Errno) {
        let folder = try open(name, in: root, now, &outcome)
        for file in folder.files where outcome.bytes > quota {
            guard remove(file, .regular, from: folder.directory, .quota, &outcome) else { continue }
            outcome.bytes -= file.size
        }
    }

    @discardableResult
    private func remove(
        _ file: File,
        _ kind: FileStatus.Kind,
        from directory: borrowing Directory,
        _ reason: Reason,
        _ outcome: inout Outcome
    ) -> Bool {
        do throws(Errno) { try directory.remove(file.name, isDirectory: kind == .directory) } catch { return false }
        outcome.removed[reason, default: 0] += 1
        if let id = file.unfinishedID, outcome.cancelled.count < Self.mostCancelled { outcome.cancelled.append(id) }
        return true
    }
}

extension DownloadSweep.File {
    fileprivate init(_ name: EntryName, _ status: FileStatus) {
        self.name = name
        size = min(max(status.size, status.allocated), DownloadSweep.largest)
        modified = status.modified
        unfinishedID = DownloadPlace.unfinishedID(name)
    }
}
