import ProxyCore
import Settings

/// The credential that `connect` adds: a token, or an API key.
///
/// A file is read again when it has changed, so that a renewed token is used without a restart. Lives on the loop's thread, and
/// reads there: a few hundred bytes.
final class UpstreamCredential {
    /// The longest that is read, in bytes: the gate takes no longer token.
    static let longest = 8192

    /// Where it comes from.
    enum Source: Sendable, Equatable {
        /// `CDP_PROXY_TOKEN`.
        case environment
        /// What is piped in.
        case standardInput
        /// A file by its path.
        case file(String)

        /// The source that `--token-file` names.
        init(tokenFile: String?) {
            switch tokenFile {
            case nil: self = .environment
            case "-": self = .standardInput
            case let path?: self = .file(path)
            }
        }
    }

    private let source: Source
    private let authority: Authority
    private let notices: Notices
    private var kept: RequestRecipient
    private var mark: FileMark?

    /// Reads the credential for requests to `authority`. The first time it must be there.
    init(
        from source: Source,
        for authority: Authority,
        _ environment: Environment,
        _ notices: Notices
    ) throws(StartError) {
        self.source = source
        self.authority = authority
        self.notices = notices
        mark = source.mark
        guard let bytes = try source.bytes(environment), let text = Self.text(in: bytes) else {
            throw StartError(description: "\(source): it holds no token and no API key.")
        }
        kept = Self.recipient(authority, text)
        if mark?.isReadableByOthers == true { notices.say("\(source): others may read the file; chmod 600 it.") }
    }

    /// What requests carry now.
    var recipient: RequestRecipient {
        guard let now = source.mark, now != mark else { return kept }
        mark = now
        if let bytes = source.contents, let text = Self.text(in: bytes) {
            kept = Self.recipient(authority, text)
        } else {
            notices.say("\(source): it holds no token and no API key any more; the one before stays in use.")
        }
        return kept
    }

    private static func recipient(_ authority: Authority, _ text: SecretBytes) -> RequestRecipient {
        let bytes = text.reveal()
        if APIKey(bytes[...]) != nil { return RequestRecipient(proxy: authority, "X-API-Key", text) }
        return RequestRecipient(proxy: authority, "Authorization", SecretBytes("Bearer ".utf8 + bytes))
    }

    /// The credential in `bytes`, without the white space around it; nil unless it is one word of visible ASCII.
    static func text(in bytes: [UInt8]) -> SecretBytes? {
        let text = TokenVerify.trimmed(bytes)
        guard 1...longest ~= text.count, text.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        return SecretBytes(text)
    }
}

extension UpstreamCredential.Source: CustomStringConvertible {
    /// How an error names it.
    var description: String {
        switch self {
        case .environment: "CDP_PROXY_TOKEN"
        case .standardInput: "--token-file -"
        case .file(let path): "--token-file \(path)"
        }
    }

    /// What tells the file from its earlier self; nil for what is no file.
    fileprivate var mark: FileMark? { if case .file(let path) = self { FileMark(path) } else { nil } }

    /// All that the file holds.
    fileprivate var contents: [UInt8]? {
        guard case .file(let path) = self else { return nil }
        return FileContents.read(path, limit: 2 * UpstreamCredential.longest)
    }

    fileprivate func bytes(_ environment: Environment) throws(StartError) -> [UInt8]? {
        switch self {
        case .environment:
            do throws(ConfigurationError) {
                if let text = try environment.optional(ConnectSettings.token) { return Array(text.utf8) }
            } catch {
                throw StartError(description: "\(error)")
            }
            throw StartError(
                description: "CDP_PROXY_TOKEN is not set: set it, or name a file by --token-file (- is standard input)."
            )
        case .standardInput: return StandardInput.read(atMost: 2 * UpstreamCredential.longest)
        case .file:
            guard let contents else { throw StartError(description: "\(self): it cannot be read.") }
            return contents
        }
    }
}
