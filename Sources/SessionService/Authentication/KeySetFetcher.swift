import ProxyCore

/// Fetches a provider's key set through libcurl on an event loop, which is the actor's executor.
actor KeySetFetcher {
    /// The largest accepted set, in bytes.
    static let bodyLimit = 256 * 1024
    /// The longest a fetch may take. A lookup that waited for a refetch must find it younger than `refetchInterval`, or
    /// it would start another.
    static let longestDeadline = Duration.seconds(KeySetCache.refetchInterval - 2)

    private let loop: EventLoop
    private let request: HTTPSRequest
    private var client: HTTPSClient?
    private var timer: LoopTimer?
    private var isClosed = false

    /// The loop is the actor's executor.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// A fetcher on a loop that runs or will run. It fetches nothing yet.
    init(_ settings: IdentityProviderSettings, on loop: EventLoop) {
        self.loop = loop
        var request = HTTPSRequest("GET", settings.jwksURL)
        request.fields = [(name: "Accept", value: "application/json")]
        request.deadline = min(settings.deadline, Self.longestDeadline)
        request.bodyLimit = Self.bodyLimit
        self.request = request
    }

    /// Fetches the set and passes the outcome to `finish`. Calls `again` on the loop after the seconds that `finish`
    /// returns; nil means never.
    func fetch(
        _ finish: @Sendable (Result<KeySet, KeySetFailure>) -> Double?,
        again: @escaping @Sendable () -> Void
    ) async {
        let pause: Double?
        do throws(KeySetFailure) {
            pause = finish(.success(try await keySet()))
        } catch {
            pause = finish(.failure(error))
        }
        guard let pause, !isClosed else { return }
        if let timer { loop.cancel(timer) }
        let timer = LoopTimer(again)
        // One millisecond more, because a timer that fires too early would find no refresh due and not be set again.
        loop.schedule(timer, at: .now() + .milliseconds(Int(min(max(pause, 0), 86_400) * 1000) + 1))
        self.timer = timer
    }

    /// Ends a running fetch and starts no other.
    func close() {
        isClosed = true
        client?.close()
        client = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func keySet() async throws(KeySetFailure) -> KeySet {
        guard !isClosed else { throw .noAnswer(.closed) }
        let client = client ?? HTTPSClient(on: loop)
        self.client = client
        let response: HTTPSResponse
        do throws(HTTPSFailure) { response = try await client.send(request) } catch { throw .noAnswer(error) }
        guard response.status == 200 else { throw .status(response.status) }
        return try await KeySet(parsing: response.body)
    }
}
