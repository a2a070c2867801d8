import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOHTTP1
import ProxyCore
import SessionStore

/// The outermost layer but for CORS: whatever happens inside becomes one answer, one log line and one count.
struct ErrorMiddleware: RouterMiddleware {
    /// Where requests are logged.
    let log: ServiceLog
    /// Where they are counted.
    let metrics: ServiceMetrics
    /// Which paths there are.
    let paths: KnownPaths
    /// At which level: probes and scrapers ask every few seconds.
    var level = LogLevel.info

    func handle(
        _ request: Request,
        context: ServiceRequestContext,
        next: @concurrent (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // What comes is no HTTP any more; whoever reads the connection answers 400 and closes it.
            record(request, context, .badRequest, seconds: (ContinuousClock.now - start) / .seconds(1))
            throw error
        } catch {
            response = refusal(for: error, request, context).response
        }
        response.headers[.requestID] = context.requestID.description
        record(request, context, response.status, seconds: (ContinuousClock.now - start) / .seconds(1))
        return response
    }

    private func record(
        _ request: Request,
        _ context: ServiceRequestContext,
        _ status: HTTPResponse.Status,
        seconds: Double
    ) {
        let route = context.endpointPath ?? "none"
        metrics.countRequest(method: request.method.rawValue, route: route, status: status.code, seconds: seconds)
        log.record(
            level,
            "request",
            requestID: context.requestID,
            [
                "method": .string(request.method.rawValue),
                "route": .string(route),
                "status": .integer(status.code),
                "seconds": .number(seconds),
                "userId": context.requestUser.userID.map { .string($0) },
            ]
        )
    }

    /// What an error is answered with; what operators must know of it is logged here.
    private func refusal(
        for error: any Error,
        _ request: Request,
        _ context: ServiceRequestContext
    ) -> ServiceRefusal {
        switch error {
        case let refusal as ServiceRefusal:
            logCause(of: refusal, context)
            return refusal
        case let error as SessionStoreError:
            log.record(.error, "store_failed", requestID: context.requestID, ["cause": .string("\(error)")])
            metrics.countStoreError()
            return error.isTransient ? .storeUnavailable : .storeBroken
        case let error as HTTPError where error.status == .notFound:
            return paths.allow(at: request.uri.path).map { .methodNotAllowed(allow: $0) } ?? .noRoute
        default:
            // The error's own text may hold what came with the request, so only its type is told.
            log.record(.error, "failed", requestID: context.requestID, ["cause": .string("\(type(of: error))")])
            return .storeBroken
        }
    }

    private func logCause(of refusal: ServiceRefusal, _ context: ServiceRequestContext) {
        switch refusal {
        case .unauthenticated(let failure):
            log.record(.warning, "token_rejected", requestID: context.requestID, ["reason": .string(failure.rawValue)])
        case .unopenable:
            log.record(
                .error,
                "state_unopenable",
                requestID: context.requestID,
                [
                    "userId": context.requestUser.userID.map { .string($0) },
                    "advice": "compare SESSION_ENCRYPTION_SECRET with the one the session was stored under",
                ]
            )
        default: break
        }
    }
}

extension HTTPField.Name {
    /// The field that carries the request's id.
    static let requestID: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("a field's name") }
        return name
    }()
}
