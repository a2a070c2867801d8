import ProxyCore

/// The downloads of clients with roles: a folder for each credential, and the files in it for that credential.
///
/// Lives on the loop's thread, and reads files there: they were written a moment ago, and are still in memory.
final class Downloads {
    /// How many files are sent at a time.
    static let mostSent = 16
    /// How many bytes are read and sent at a time.
    private static let piece = 128 << 10
    /// How long a client may take for a piece.
    private static let pieceTimeout: Duration = .seconds(30)

    private let place: DownloadPlace?
    private let keeper: DownloadKeeper?
    private let log: EventLog
    /// The folders that downloads of the process before go to.
    private var predecessors: [String] = []
    private var sending: [ObjectIdentifier: TCPStream] = [:]

    /// The downloads in the configured folder. One that the proxy cannot write to keeps it from starting.
    init(
        _ folders: SharedFolders,
        cancelledBy canceller: DownloadCanceller,
        until shutdown: Shutdown,
        _ context: ServerContext
    ) throws(StartError) {
        place = folders.downloads.map { DownloadPlace(path: $0) }
        keeper = folders.downloads.map { DownloadKeeper(of: $0, folders, cancelledBy: canceller, context) }
        log = context.log
        shutdown.atEnd { [weak self] in self?.closeAll() }
        guard let folder = folders.downloads else { return }
        do throws(Errno) { try DownloadPlace(path: folder).check() } catch {
            throw StartError(description: "CDP_PROXY_DOWNLOADS: \(folder) cannot be written to: \(error).")
        }
    }

    // MARK: Folders

    /// Keeps to the quota and the age, until ``close()``.
    func keep() async { await keeper?.run() }

    /// Keeps no longer.
    func close() { keeper?.close() }

    /// The path of the folder that a client's downloads go to, which is there until ``leave(_:)``; nil for a client that may
    /// name its own, and where there is none.
    func enter(_ grant: Grant) -> String? {
        guard let place, let permissions = grant.permissions, !permissions.allows(.everything) else { return nil }
        let name = grant.folderName
        do throws(Errno) {
            let path = try place.makeFolder(name)
            keeper?.hold(name)
            return path
        } catch {
            log.record(.error, "downloads_unwritable", ["detail": .string(error.description)])
            return nil
        }
    }

    /// A client whose downloads went to this folder has gone.
    func leave(_ path: String) { keeper?.release(String(path.suffix(DownloadPlace.nameLength))) }

    // MARK: Another process

    /// The names of the folders that clients' downloads go to.
    var heldFolders: [String] { keeper?.heldFolders ?? [] }

    /// The downloads of a client of the process before go to a folder of this name, until ``predecessorLeft()``.
    func holdForPredecessor(_ name: String) {
        keeper?.hold(name)
        predecessors.append(name)
    }

    /// No client of the process before is left.
    func predecessorLeft() {
        for name in predecessors { keeper?.release(name) }
        predecessors = []
    }

    // MARK: Files

    /// How many files are being sent.
    var sendingCount: Int { sending.count }

    /// The list of what the caller downloaded.
    func list(for request: AdmittedRequest) throws(RequestRefusal) -> HTTPResponse {
        guard let place else { throw .notFound }
        let folder = request.grant.folderName
        let files = try read { () throws(Errno) in try place.files(of: folder) }
        let listed = files.map { file -> JSONValue in
            [
                "id": JSONValue(file.id), "bytes": JSONValue(file.bytes), "finished": .bool(file.isFinished),
                "modifiedAt": JSONValue(file.modified.iso8601),
            ]
        }
        return HTTPResponse(.ok, json: (["downloads": .array(listed)] as JSONValue).serialized())
    }

    /// Sends one file, and closes the stream.
    func send(
        _ id: String,
        for request: AdmittedRequest,
        on stream: TCPStream
    ) async throws(RequestRefusal) {
        guard let place else { throw .notFound }
        guard sending.count < Self.mostSent else { throw .download(.busy) }
        let folder = request.grant.folderName
        guard let file = try read({ () throws(Errno) in try place.file(id, of: folder) }) else {
            let isUnfinished = try read { () throws(Errno) in try place.isUnfinished(id, of: folder) }
            throw .download(isUnfinished ? .unfinished : .missing)
        }
        sending[ObjectIdentifier(stream)] = stream
        await send(file, id, on: stream, isHead: request.head.method == .head)
        sending.removeValue(forKey: ObjectIdentifier(stream))
        stream.close()
    }

    /// An answer that breaks off is shorter than its `Content-Length`, so that the client knows (RFC 9112, section 8).
    private func send(_ file: borrowing OpenFile, _ id: String, on stream: TCPStream, isHead: Bool) async {
        var answer = HTTPResponse(.ok, contentType: "application/octet-stream", body: [])
        answer.setField("Content-Disposition", "attachment; filename=\"\(id)\"")
        var left = file.status.size
        stream.setDeadline(.now() + Self.pieceTimeout)
        do throws(StreamError) {
            try await stream.write(answer.head(ofBody: left))
            while !isHead, left > 0 {
                guard let piece = try? file.read(atMost: min(left, Self.piece)), !piece.isEmpty else { return }
                left -= piece.count
                stream.setDeadline(.now() + Self.pieceTimeout)
                try await stream.write(piece, last: left == 0)
                // A client that reads as fast as this writes would keep the loop from all others.
                await Task.yield()
            }
        } catch {
            // The client is gone or too slow; nothing more can be told to it.
        }
    }

    private func closeAll() { for stream in sending.values { stream.close() } }

    private func read<Value: ~Copyable>(_ work: () throws(Errno) -> Value) throws(RequestRefusal) -> Value {
        do throws(Errno) { return try work() } catch {
            log.record(.error, "downloads_unreadable", ["detail": .string(error.description)])
            throw .download(.unreadable)
        }
    }
}
