import HTTPTypes
import Hummingbird
import ProxyCore
import SessionStore

/// The routes for probes and scrapers.
struct HealthRoutes: Sendable {
    /// The database that readiness depends on.
    let store: any SessionStore
    /// The contents of `/metrics`.
    let metrics: ServiceMetrics

    /// The paths of the probes and their methods.
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

    /// 200 when the database answers and has the table, else 503.
    private func ready() async -> Response {
        do throws(SessionStoreError) {
            try await store.check()
            return Response(json: ["status": "ready", "database": true])
        } catch {
            return Response(json: ["status": "not_ready", "database": false], status: .serviceUnavailable)
        }
    }
}
