import HTTPTypes
import Hummingbird
import ProxyCore
import SessionStore

/// The routers of the two listeners.
enum ServiceRouter {
    /// The users' routes: sessions behind authentication, and the public probes and document.
    static func users(
        _ configuration: ServiceConfiguration,
        _ store: any SessionStore,
        _ authenticator: CallerAuthenticator,
        _ metrics: ServiceMetrics,
        _ log: ServiceLog
    ) -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        // Outermost, so that a web page may also read why its request was refused.
        if let policy = configuration.crossOriginPolicy { router.add(middleware: policy) }
        router.add(middleware: ErrorMiddleware(log: log, metrics: metrics, paths: .users))
        HealthRoutes(store: store, metrics: metrics).addProbes(to: router)
        router.get("openapi.json") { _, _ in Response(jsonText: OpenAPIDocument.text) }
        let limiter = SharedRateLimiter(limit: configuration.limits.rate, window: configuration.limits.window)
        let sessions = router.group("sessions")
            .add(middleware: AuthenticationMiddleware(authenticator: authenticator, limiter: limiter, metrics: metrics))
            .group(context: UserRequestContext.self)
        SessionRoutes(
            store: store,
            unusable: UnusableRows(log: log),
            secret: configuration.secret,
            stateLimit: configuration.limits.stateSize,
            sessionLimit: configuration.limits.sessions
        ).add(to: sessions)
        return router
    }

    /// The operators' routes.
    static func operators(
        _ store: any SessionStore,
        _ metrics: ServiceMetrics,
        _ log: ServiceLog
    ) -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorMiddleware(log: log, metrics: metrics, paths: .operators, level: .debug))
        let routes = HealthRoutes(store: store, metrics: metrics)
        routes.addProbes(to: router)
        routes.addMetrics(to: router)
        return router
    }
}
