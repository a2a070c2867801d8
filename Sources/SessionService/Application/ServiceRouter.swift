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
        // Outermost, so that a page may read why it was refused.
        if let policy = configuration.crossOriginPolicy { router.add(middleware: policy) }
        router.add(middleware: ErrorMiddleware(log: log, metrics: metrics, paths: .users))
        HealthRoutes(store: store, metrics: metrics).addProbes(to: router)
        router.get("openapi.json") { _, _ in Response(jsonText: OpenAPIDocument.text) }
        let limiter = SharedRateLimiter(limit: configuration.limits.rate, window: configuration.limits.window)
        let sessions = router.group("sessions")
            .add(middleware: Authentication(authenticator: authenticator, limiter: limiter, metrics: metrics))
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

    /// The routes for operators.
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
