import Glibc

/// Small files of the local machine, read whole on the calling thread.
public enum FileContents {
    /// The bytes of a regular file or of one in `/proc`, at most `limit` of them; nil when it cannot be read or is longer.
    public static func read(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while contents.count <= limit {
            guard let count = unsafe chunk.withUnsafeMutableBytes({ unsafe try? file.read(into: $0) }) else {
                return nil
            }
            if count == 0 { return contents }
            contents += chunk[..<count]
        }
        return nil
    }
}
