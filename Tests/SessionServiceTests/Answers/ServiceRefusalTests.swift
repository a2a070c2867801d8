import HTTPTypes
import Hummingbird
import ProxyCore
import Testing

@testable import SessionService

@Suite struct ServiceRefusalTests {
    private static let answers: [(ServiceRefusal, Int, String)] = [
        (ServiceRefusal.unauthenticated(.missing), 401, "Missing Authorization header"),
        (.unauthenticated(.signature), 401, "Invalid authentication token"),
        (.unauthenticated(.providerUnavailable), 503, "Unable to validate authentication token"),
        (.unauthenticated(.apiKey), 401, "Invalid or expired API key"),
        (.unauthenticated(.apiKeyMissing), 401, "API key required"),
        (.invalidRoleToken(.expired), 401, "Invalid or expired token"),
        (.forbidden(.sessionsExtract), 403, "The permission sessions.extract is needed"),
        (.anotherUser, 403, "Only a caller with every permission may name another user"),
        (.noUser, 403, "A caller without a user needs every permission"),
        (.rolesOff, 403, "Roles are not honoured here"),
        (.rateLimited(seconds: 7), 429, "Rate limit exceeded"),
        (.tooLarge(limit: 10), 413, "Storage state exceeds maximum size of 10 bytes"),
        (.noSession, 404, "Session not found"), (.noSessionNamed("x"), 404, "Session with name 'x' not found"),
        (.tooManySessions(limit: 7), 409, "A user may have at most 7 sessions: delete one to make room for another"),
        (.nameTaken("x"), 409, "Session with name 'x' already exists"), (.expired, 410, "Session has expired"),
        (.unopenable, 500, "Failed to decrypt session data"), (.storeUnavailable, 503, "Database unavailable"),
        (.storeBroken, 500, "Internal server error"), (.noRoute, 404, "Not Found"),
        (.methodNotAllowed(allow: "GET"), 405, "Method Not Allowed"),
    ]

    @Test(arguments: answers)
    func everyRefusalHasItsStatusAndDetail(_ refusal: ServiceRefusal, _ status: Int, _ detail: String) {
        #expect(refusal.response.status.code == status)
        #expect(refusal.detail == JSONValue(detail))
    }

    @Test func refusalsCarryTheirHeaderFields() {
        #expect(ServiceRefusal.rateLimited(seconds: 7).response.headers[.retryAfter] == "7")
        #expect(ServiceRefusal.storeUnavailable.response.headers[.retryAfter] != nil)
        #expect(ServiceRefusal.unauthenticated(.missing).response.headers[.wwwAuthenticate] == "Bearer")
        #expect(ServiceRefusal.invalidRoleToken(.signature).response.headers[.wwwAuthenticate] != nil)
        #expect(ServiceRefusal.unauthenticated(.providerUnavailable).response.headers[.wwwAuthenticate] == nil)
        #expect(ServiceRefusal.methodNotAllowed(allow: "GET, HEAD").response.headers[.allow] == "GET, HEAD")
    }

    @Test func problemsAreAListOfLocations() {
        let refusal = ServiceRefusal.invalid([.missing("name"), .noList("domains")])
        #expect(refusal.status.code == 422)
        #expect(refusal.detail.arrayValue?.map { $0["type"]?.stringValue } == ["missing", "list_type"])
        for refusal in [ServiceRefusal.userRequired, .invalidUser] {
            #expect(refusal.status.code == 422)
            #expect(refusal.detail.arrayValue?.map { $0["loc"] } == [["query", "user_id"]])
        }
    }
}
