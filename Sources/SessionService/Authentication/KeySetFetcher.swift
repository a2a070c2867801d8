import ProxyCore

/// Fetches a provider's key set through libcurl, on our event loop: the loop is its executor.
actor KeySetFetcher {
    /// The longest set that is read, in bytes.
    static let bodyLimit = 256 * 1024
    /// No fetch takes longer: whoever waits for a refetch must find it recent, or would begin the next.
    static let longestDeadline = Duration.seconds(KeySetCache.refetchInterval - 2)

    private let loop: EventLoop
    private let request: HTTPSRequest
    private var client: HTTPSClient?
    private var timer: LoopTimer?
    private var isClosed = false

    /// The loop is the actor's executor.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// A fetcher that has fetched nothing yet, on a loop that runs or is going to.
    init(_ settings: IdentityProviderSettings, on loop: EventLoop) {
        self.loop = loop
        var request = HTTPSRequest("GET", settings.jwksURL)
        request.fields = [(name: "Accept", value: "application/json")]
        request.deadline = min(settings.deadline, Self.longestDeadline)
        request.bodyLimit = Self.bodyLimit
        self.request = request
    }

    /// Fetches the set, hands the outcome to `finish`, and calls `again` on the loop when the seconds have passed that
    /// `finish` answers; nil is for not at all.
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
        // A millisecond more than it takes: a timer that comes too early would not come again.
        loop.schedule(timer, at: .now() + .milliseconds(Int(min(max(pause, 0), 86_400) * 1000) + 1))
        self.timer = timer
    }

    /// Ends what is under way. Nothing is fetched after.
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
