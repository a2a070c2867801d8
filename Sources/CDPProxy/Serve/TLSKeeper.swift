import ProxyCore
import Settings

/// The certificate that a listener shows, read again when its files change or a signal asks for it. Connections go on with what
/// they began with.
///
/// Lives on the loop's thread, and reads files there: a few KiB, when they have changed.
final class TLSKeeper {
    /// How often the files are looked at.
    static let interval: Duration = .seconds(5)
    /// How long the keys of session tickets are used. Who takes one learns what was said under tickets of that time, at most.
    private static let ticketKeysLife: Duration = .seconds(12 * 3600)
    /// How long before the end the log begins to warn.
    private static let warning: Duration = .seconds(14 * 86_400)

    /// What new connections begin with.
    private(set) var server: TLSServer

    private let settings: TLSSettings
    private let loop: EventLoop
    private let clock: @Sendable () -> Timestamp
    private let log: EventLog
    private let expiry: Gauge
    private let reloads: CounterFamily
    private var seen: [FileMark?]
    /// When they were read last.
    private var madeAt: Instant
    private var warnedAt: Timestamp?
    private var isClosed = false

    /// Reads the files of a listener. The first time none of it may fail.
    init(_ settings: TLSSettings, for listener: TLSListener, _ context: ServerContext) throws(StartError) {
        self.settings = settings
        loop = context.loop
        clock = context.clock
        log = context.log
        expiry = context.metrics.tls.expiry(of: listener)
        reloads = context.metrics.tls.reloads
        seen = Self.marks(settings.files)
        madeAt = .now()
        do throws(TLSSetupError) {
            server = try TLSServer(settings.files)
            guard server.validUntil > context.clock() else { throw .expired }
        } catch {
            throw StartError(description: "\(settings.variables.name(of: error)): \(error.sentence)")
        }
        tell()
    }

    // MARK: Reading again

    /// Looks at the files again and again, until ``close()``.
    func follow() async {
        while !isClosed {
            await loop.sleep(until: .now() + Self.interval)
            guard !isClosed else { return }
            let marks = Self.marks(settings.files)
            if marks != seen || Instant.now().since(madeAt) > Self.ticketKeysLife { reload() }
            warnOfTheEnd()
        }
    }

    /// Looks no more.
    func close() { isClosed = true }

    /// Reads the files. When they will not do, what was read before stays.
    func reload() {
        (seen, madeAt) = (Self.marks(settings.files), .now())
        do throws(TLSSetupError) {
            let new = try TLSServer(settings.files)
            guard new.validUntil > clock() else { throw .expired }
            server = new
            reloads["full"].increment()
            log.record(.info, "tls_reloaded", ["until": .string(new.validUntil.iso8601)])
            tell()
        } catch {
            reloads["failed"].increment()
            let detail = "\(settings.variables.name(of: error)): \(error.sentence)"
            log.record(.error, "tls_not_reloaded", ["detail": .string(detail)])
        }
    }

    private func tell() {
        expiry.value = server.validUntil.secondsSince1970
        warnedAt = nil
        warnOfTheEnd()
        if FileMark(settings.files.key)?.isReadableByOthers == true {
            let detail = "\(settings.variables.key.description.name): others may read the file; chmod 600 it"
            log.record(.warning, "tls_key_readable", ["detail": .string(detail)])
        }
    }

    /// Warns once a day.
    private func warnOfTheEnd() {
        let now = clock()
        guard server.validUntil < now + Self.warning, warnedAt.map({ now.seconds(since: $0) > 86_400 }) ?? true else {
            return
        }
        warnedAt = now
        log.record(.warning, "tls_certificate_ends", ["until": .string(server.validUntil.iso8601)])
    }

    private static func marks(_ files: TLSFiles) -> [FileMark?] {
        [files.certificate, files.key, files.clientAuthorities].map { $0.flatMap { FileMark($0) } }
    }
}
