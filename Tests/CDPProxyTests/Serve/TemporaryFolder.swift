import Glibc
import ProxyCore

/// A folder for one test. It is removed with its files when its last reference goes.
final class TemporaryFolder: Sendable {
    private let name: String

    init() throws {
        // mkdtemp replaces six letters X in place.
        var template = Array("/tmp/cdp-proxy-test-\(String(repeating: "X", count: 6))".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(code: errno) }
        name = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = unsafe opendir(name) else { return }
        while let entry = unsafe readdir(folder) {
            let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            _ = unsafe unlink(path(file))
        }
        unsafe closedir(folder)
        _ = unsafe rmdir(name)
    }

    /// Where a file of this name is.
    func path(_ file: String) -> String { "\(name)/\(file)" }

    /// Writes a file.
    func write(_ file: String, _ bytes: [UInt8]) throws {
        let descriptor = unsafe open(path(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Errno(code: errno) }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Errno(code: errno) }
    }
}
