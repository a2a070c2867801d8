import FoundationEssentials
import Glibc
import ProxyCore

/// A file of fresh secrets, one variable a line.
enum SecretsFile {
    /// The contents, in a form that a shell, compose and systemd read alike: no value needs a quote.
    static func fresh() -> String {
        """
        # Secrets of cdp-proxy and session-service. A reader of this file can open every browser and every stored session.
        WALLCRAWLER_JWT_SIGNING_KEY=\(Base64URL.encode(random(32)))
        SESSION_ENCRYPTION_SECRET=\(Data(random(32)).base64EncodedString())
        FLYBROWSER_JWT_SECRET=\(Base64URL.encode(random(32)))
        FLYBROWSER_ADMIN_TOKEN=\(Base64URL.encode(random(32)))

        """
    }

    /// Writes a file that only its owner can read. One that is there already is left alone, and no link is followed.
    static func write(_ text: String, to path: String) throws(SecretsFileError) {
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw errno == EEXIST ? .exists(path) : .unwritable(path, unsafe reason(errno)) }
        defer { close(number) }
        // The umask can only have taken more away; whatever it left is made what is promised.
        guard fchmod(number, 0o600) == 0, writeAll(Array(text.utf8), to: number), fsync(number) == 0 else {
            let failure = SecretsFileError.unwritable(path, unsafe reason(errno))
            unsafe unlink(path)
            throw failure
        }
    }

    private static func writeAll(_ bytes: [UInt8], to number: Int32) -> Bool {
        var position = 0
        while position < bytes.count {
            // The kernel reads within the slice it is given.
            let count = unsafe bytes[position...].withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            position += count
        }
        return true
    }

    @unsafe private static func reason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }

    /// The kernel's random numbers.
    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// Why no secrets were written.
enum SecretsFileError: Error, CustomStringConvertible {
    /// The file is there already.
    case exists(String)
    /// The file cannot be made.
    case unwritable(String, String)

    /// One sentence for people.
    var description: String {
        switch self {
        case .exists(let path): "\(path) is there already and is not written over: its secrets may be in use."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)."
        }
    }
}
