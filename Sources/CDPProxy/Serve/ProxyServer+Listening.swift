import Glibc
import ProxyCore
import Settings

extension ProxyServer {
    /// Opens a port, or takes over the socket that was passed in its place.
    func listen(
        _ variable: String,
        _ address: ListenAddress,
        _ passed: PassedSockets.Socket?,
        accept: @escaping TCPListener.Accept
    ) throws(StartError) -> TCPListener {
        let resolved = try address.resolved()
        let (farewell, log) = (parts.arrivals.noRoom, context.log)
        let overflow = { log.record(.error, "out_of_descriptors") }
        do throws(Errno) {
            if let passed {
                let socket = Descriptor(owning: passed.number)
                return try TCPListener(over: socket, on: loop, farewell: farewell, overflow: overflow, accept: accept)
            }
            // A socket in the file system is its owner's alone, from its first moment.
            let mask = umask(0o177)
            defer { umask(mask) }
            if case .unix(let path) = address { Self.removeStaleSocket(at: path) }
            return try TCPListener(at: resolved, on: loop, farewell: farewell, overflow: overflow, accept: accept)
        } catch {
            throw StartError(description: "\(variable): cannot listen at \(address): \(error).")
        }
    }

    /// Removes the socket that an earlier run left behind. Anything else at the path is not ours, and stays.
    private static func removeStaleSocket(at path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        _ = unsafe unlink(path)
    }
}
