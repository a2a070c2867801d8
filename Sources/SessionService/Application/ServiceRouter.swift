import HTTPTypes
import Hummingbird
import ProxyCore
import SessionStore

/// Which request goes where.
enum ServiceRouter {
    /// The routes for users: sessions, behind authentication, and what anybody may ask.
    static func users(
        _ configuration: ServiceConfiguration,
        _ store: any SessionStore,
        _ authenticator: Authenticator,
        _ metrics: ServiceMetrics,
        _ log: ServiceLog
    ) -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Answering(log: log, metrics: metrics))
        if let policy = configuration.crossOriginPolicy { router.add(middleware: policy) }
        HealthRoutes(store: store, metrics: metrics).addProbes(to: router)
        router.get("openapi.json") { _, _ in Response(jsonText: OpenAPIDocument.text) }
        let limiter = SharedRateLimiter(limit: configuration.limits.rate, window: configuration.limits.window)
        let sessions = router.group("sessions")
            .add(middleware: Authentication(authenticator: authenticator, limiter: limiter, metrics: metrics))
            .group(context: UserRequestContext.self)
        SessionRoutes(store: store, secret: configuration.secret, stateLimit: configuration.limits.stateSize).add(
            to: sessions
        )
        refuseOtherMethods(on: router, SessionRoutes.allowedMethods + probes + [("/openapi.json", [.get, .head])])
        return router
    }

    /// The routes for operators.
    static func operators(
        _ store: any SessionStore,
        _ metrics: ServiceMetrics,
        _ log: ServiceLog
    ) -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Answering(log: log, metrics: metrics, level: .debug))
        let routes = HealthRoutes(store: store, metrics: metrics)
        routes.addProbes(to: router)
        routes.addMetrics(to: router)
        refuseOtherMethods(on: router, probes + [("/metrics", [.get, .head])])
        return router
    }

    private static let probes: [(path: RouterPath, methods: [HTTPRequest.Method])] = [
        ("/health", [.get, .head]), ("/ready", [.get, .head]),
    ]

    /// Answers the methods a path does not take with 405 and those it takes (RFC 9110 section 15.5.6).
    private static func refuseOtherMethods(
        on router: Router<ServiceRequestContext>,
        _ paths: [(path: RouterPath, methods: [HTTPRequest.Method])]
    ) {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .patch, .options, .trace]
        for (path, methods) in paths {
            let allow = methods.map(\.rawValue).joined(separator: ", ")
            for method in known where !methods.contains(method) {
                router.on(path, method: method) { _, _ -> Response in
                    throw ServiceRefusal.methodNotAllowed(allow: allow)
                }
            }
        }
    }
}
