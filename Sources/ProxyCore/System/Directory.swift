import Glibc

/// An open directory. What is done to an entry is done by its name in this directory: no path is walked twice, and no link
/// is followed, whatever another process makes of the entries meanwhile (openat(2), "Rationale").
///
/// Every call is a system call or two on the calling thread; of a slow disk they wait for.
public struct Directory: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Opens the directory at a path; here a link is followed.
    public init(path: String) throws(Errno) {
        let number = try checked { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        descriptor = Descriptor(owning: number)
    }

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a directory in this one.
    public func directory(_ name: EntryName) throws(Errno) -> Directory {
        Directory(try open(name, O_RDONLY | O_DIRECTORY))
    }

    /// Makes a directory in this one unless it is there, with this one's permissions: whoever may write here may write there.
    public func makeDirectory(_ name: EntryName) throws(Errno) -> Directory {
        let made = unsafe name.terminated.withUnsafeBufferPointer { name in
            // Pointers to an array are never nil.
            unsafe mkdirat(descriptor.number, name.baseAddress!, 0o700)
        }
        guard made == 0 || errno == EEXIST else { throw Errno(code: errno) }
        let directory = try directory(name)
        if made == 0 {
            let mode = try status().mode
            _ = try checked { fchmod(directory.descriptor.number, mode) }
        }
        return directory
    }

    /// Opens a file in this directory for reading. Its kind is for the caller to look at; a pipe does not block.
    public func file(_ name: EntryName) throws(Errno) -> OpenFile {
        try OpenFile(open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY))
    }

    private func open(_ name: EntryName, _ flags: Int32) throws(Errno) -> Descriptor {
        let number = try checked {
            unsafe name.terminated.withUnsafeBufferPointer { name in
                unsafe openat(descriptor.number, name.baseAddress!, flags | O_NOFOLLOW | O_CLOEXEC)
            }
        }
        return Descriptor(owning: number)
    }

    /// Throws unless entries may be made here by this process.
    public func checkWritable() throws(Errno) {
        guard unsafe faccessat(descriptor.number, ".", W_OK | X_OK, AT_EACCESS) == 0 else { throw Errno(code: errno) }
    }

    /// The directory's own status.
    public func status() throws(Errno) -> FileStatus {
        var status = stat()
        _ = try checked { unsafe fstat(descriptor.number, &status) }
        return FileStatus(status)
    }

    /// The status of an entry; of a link, its own.
    public func status(of name: EntryName) throws(Errno) -> FileStatus {
        var status = stat()
        let result = unsafe name.terminated.withUnsafeBufferPointer { name in
            unsafe fstatat(descriptor.number, name.baseAddress!, &status, AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw Errno(code: errno) }
        return FileStatus(status)
    }

    /// Removes an entry: a directory only if it is empty.
    public func remove(_ name: EntryName, isDirectory: Bool = false) throws(Errno) {
        let result = unsafe name.terminated.withUnsafeBufferPointer { name in
            unsafe unlinkat(descriptor.number, name.baseAddress!, isDirectory ? AT_REMOVEDIR : 0)
        }
        guard result == 0 else { throw Errno(code: errno) }
    }

    /// The names of up to `limit` entries, in no order.
    public func names(atMost limit: Int) throws(Errno) -> [EntryName] {
        // A description of its own: `readdir` moves the position that descriptors of one description share.
        let number = try checked { unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(number) else {
            let code = errno
            close(number)
            throw Errno(code: code)
        }
        // Closes the descriptor too.
        defer { unsafe closedir(stream) }
        var names: [EntryName] = []
        while names.count < limit, let entry = unsafe readdir(stream) {
            // The kernel ends each name with a NUL; the field is as long as the longest name and its NUL.
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if let name = EntryName(bytes: bytes) { names.append(name) }
        }
        return names
    }
}

/// A file that is open for reading.
public struct OpenFile: ~Copyable, Sendable {
    private let descriptor: Descriptor
    /// What it was when it was opened.
    public let status: FileStatus

    fileprivate init(_ descriptor: consuming Descriptor) throws(Errno) {
        var status = stat()
        _ = try checked { unsafe fstat(descriptor.number, &status) }
        self.status = FileStatus(status)
        self.descriptor = descriptor
    }

    /// The next bytes of a regular file, at most `limit`; none at its end.
    public func read(atMost limit: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe try bytes.withUnsafeMutableBufferPointer { buffer throws(Errno) in
            unsafe try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        bytes.removeLast(limit - (count ?? 0))
        return bytes
    }
}
