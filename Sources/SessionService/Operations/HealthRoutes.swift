import HTTPTypes
import Hummingbird
import ProxyCore
import SessionStore

/// What probes and scrapers ask for.
struct HealthRoutes: Sendable {
    /// The database that readiness depends on.
    let store: any SessionStore
    /// What `/metrics` tells.
    let metrics: ServiceMetrics

    /// The probes' paths, and what they take.
    static let probes = ["/health", "/ready"].map { KnownPaths.Entry(path: $0, methods: KnownPaths.get) }

    /// Adds `/health` and `/ready`.
    func addProbes(to router: Router<ServiceRequestContext>) {
        router.get("health") { _, _ in Response(json: ["status": "ok", "service": "janus-browser-session"]) }
        router.get("ready") { _, _ in await ready() }
    }

    /// Adds `/metrics`.
    func addMetrics(to router: Router<ServiceRequestContext>) {
        router.get("metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: MetricsRegistry.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text))
            )
        }
    }

    /// Ready once the database answers and has the table.
    private func ready() async -> Response {
        do throws(SessionStoreError) {
            try await store.check()
            return Response(json: ["status": "ready", "database": true])
        } catch {
            return Response(json: ["status": "not_ready", "database": false], status: .serviceUnavailable)
        }
    }
}
