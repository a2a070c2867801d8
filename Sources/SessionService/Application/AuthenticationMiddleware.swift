import HTTPTypes
import Hummingbird
import HummingbirdCore
import ProxyCore

/// Passes a request on once its user is established and within the rate limit.
struct AuthenticationMiddleware: RouterMiddleware {
    /// Verifies the token.
    let authenticator: Authenticator
    /// Limits the requests of each user.
    let limiter: SharedRateLimiter
    /// Counts refused requests.
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
