import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOHTTP1
import ProxyCore
import SessionStore

/// The outermost middleware apart from CORS. It turns every error into an answer, and logs and counts every request
/// once.
struct ErrorMiddleware: RouterMiddleware {
    /// The log for requests.
    let log: ServiceLog
    /// The counters for requests.
    let metrics: ServiceMetrics
    /// The paths of the listener, to tell 404 from 405.
    let paths: KnownPaths
    /// The log level of a request. Probes and scrapers send one every few seconds.
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
            // The bytes are not HTTP. The connection's reader answers 400 and closes the connection.
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

    /// The refusal for an error. Logs what an operator must know of it.
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
            // The error's own text may quote the request, so the log gets only its type.
            log.record(.error, "failed", requestID: context.requestID, ["cause": .string("\(type(of: error))")])
            return .storeBroken
        }
    }

    private func logCause(of refusal: ServiceRefusal, _ context: ServiceRequestContext) {
        switch refusal {
        case .unauthenticated(let failure), .invalidRoleToken(let failure):
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
    /// The field with the request's id.
    static let requestID: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("a field's name") }
        return name
    }()
}
