import Dispatch
import ProxyCore

/// Keeps downloads to their quota and age: looks at them every second, on a thread of Dispatch's.
///
/// Lives on the loop's thread.
final class DownloadKeeper {
    /// How often the folders are looked at. What Chrome writes in between goes beyond the quota.
    static let interval: Duration = .seconds(1)

    private let sweep: DownloadSweep
    private let canceller: DownloadCanceller
    private let loop: EventLoop
    private let clock: @Sendable () -> Timestamp
    private let log: EventLog
    private let removed: CounterFamily
    private let bytes: Gauge
    /// How many clients' downloads go to each folder.
    private var held: [String: Int] = [:]
    private var isClosed = false
    private var isFailing = false
    /// What Chrome was to cancel and did not.
    private var uncancelled: [String] = []

    /// A keeper of the folders in this one.
    init(
        of folder: String,
        _ folders: SharedFolders,
        cancelledBy canceller: DownloadCanceller,
        _ context: ServerContext
    ) {
        sweep = DownloadSweep(path: folder, quota: folders.quota, age: folders.age)
        self.canceller = canceller
        loop = context.loop
        clock = context.clock
        log = context.log
        removed = context.metrics.downloadsRemoved
        bytes = context.metrics.downloadBytes
    }

    /// The names of the folders that clients' downloads go to.
    var heldFolders: [String] { Array(held.keys) }

    /// A client's downloads go to the folder from now on: it is not removed.
    func hold(_ folder: String) { held[folder, default: 0] += 1 }

    /// They no longer do.
    func release(_ folder: String) {
        guard let count = held[folder] else { return }
        held[folder] = count > 1 ? count - 1 : nil
    }

    /// Looks again and again, until ``close()``.
    func run() async {
        while !isClosed {
            await look()
            await loop.sleep(until: .now() + Self.interval)
        }
    }

    /// Looks no more.
    func close() { isClosed = true }

    private func look() async {
        let (sweep, now) = (sweep, clock())
        let outcome = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(returning: Result { try sweep.run(now: now) })
            }
        }
        switch outcome {
        case .success(let outcome): await finish(outcome)
        case .failure(let error): report(error)
        }
    }

    private func finish(_ outcome: DownloadSweep.Outcome) async {
        isFailing = false
        bytes.value = Double(outcome.bytes)
        removeEmpty(outcome.empty)
        for (reason, count) in outcome.removed { removed[reason.rawValue].increment(by: UInt64(count)) }
        if !outcome.removed.isEmpty {
            log.record(.warning, "downloads_removed") { line in
                for reason in DownloadSweep.Reason.allCases {
                    if let count = outcome.removed[reason] { line.append(reason.rawValue, count) }
                }
                line.append("cancelled", outcome.cancelled.count)
                line.append("bytes", outcome.bytes)
            }
        }
        await cancel(outcome.cancelled)
    }

    /// Removes the empty folders that no client's downloads go to.
    private func removeEmpty(_ names: [EntryName]) {
        let unused = names.filter { name in name.text.map { held[$0] == nil } ?? true }
        guard !unused.isEmpty, let root = try? Directory(path: sweep.path) else { return }
        // One that is no longer empty stays.
        for name in unused { try? root.remove(name, isDirectory: true) }
    }

    private func cancel(_ ids: [String]) async {
        let all = Array((uncancelled + ids).suffix(DownloadSweep.mostCancelled))
        guard !all.isEmpty else { return }
        uncancelled = await canceller.cancel(all) ? [] : all
    }

    /// Logs the first of the failures that follow each other.
    private func report(_ error: any Error) {
        guard !isFailing else { return }
        isFailing = true
        log.record(.error, "downloads_unreadable", ["detail": .string("\(error)")])
    }
}
