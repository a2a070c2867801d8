import HTTPTypes
import Hummingbird
import HummingbirdCore
import ProxyCore

/// Lets a request through once its user is established and may ask again now.
struct Authentication: RouterMiddleware {
    /// Who checks the token.
    let authenticator: Authenticator
    /// How often a user may ask.
    let limiter: SharedRateLimiter
    /// Counts what is refused.
    let metrics: ServiceMetrics

    func handle(
        _ request: Request,
        context: ServiceRequestContext,
        next: @concurrent (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do throws(AuthenticationFailure) {
            context.requestUser.userID = try await authenticator.user(
                authorization: request.headers[values: .authorization]
            )
        } catch {
            metrics.countRejectedToken(error.rawValue)
            throw ServiceRefusal.unauthenticated(error)
        }
        if let userID = context.requestUser.userID, let seconds = limiter.secondsToWait(for: userID) {
            metrics.countRateLimited()
            throw ServiceRefusal.rateLimited(seconds: seconds)
        }
        return try await next(request, context)
    }
}
