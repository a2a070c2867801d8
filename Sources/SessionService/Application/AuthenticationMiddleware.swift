import HTTPTypes
import Hummingbird
import HummingbirdCore
import ProxyCore

/// Passes a request on once its user is established and within the rate limit.
struct AuthenticationMiddleware: RouterMiddleware {
    /// Establishes the caller.
    let authenticator: CallerAuthenticator
    /// Limits the requests of each user.
    let limiter: SharedRateLimiter
    /// Counts refused requests.
    let metrics: ServiceMetrics

    func handle(
        _ request: Request,
        context: ServiceRequestContext,
        next: @concurrent (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            let caller = try await authenticator.caller(request.headers)
            let userID = try caller.user(named: try Self.namedUser(request))
            context.requestUser.set(userID, caller.permissions)
            if let seconds = limiter.secondsToWait(for: userID) { throw ServiceRefusal.rateLimited(seconds: seconds) }
        } catch let refusal as ServiceRefusal {
            count(refusal)
            throw refusal
        }
        return try await next(request, context)
    }

    private func count(_ refusal: ServiceRefusal) {
        switch refusal {
        case .unauthenticated(let failure), .invalidRoleToken(let failure):
            metrics.countRejectedToken(failure.rawValue)
        case .rateLimited: metrics.countRateLimited()
        default: break
        }
    }

    /// The value of `?user_id=`; nil without one.
    private static func namedUser(_ request: Request) throws(ServiceRefusal) -> String? {
        let start = "user_id="
        let values = (request.uri.query ?? "").split(separator: "&").filter { $0.hasPrefix(start) }
        guard let value = values.first?.dropFirst(start.count) else { return nil }
        // Forms write a space as a plus sign.
        let words = value.split(separator: "+", omittingEmptySubsequences: false)
        let name = PercentEncoding.decode(words.joined(separator: "%20"))
        guard let name, values.count == 1, IdentityClaims.canNameUser(name) else { throw .invalidUser }
        return name
    }
}
