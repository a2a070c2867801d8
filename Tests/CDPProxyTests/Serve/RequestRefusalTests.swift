import ProxyCore
import Testing

@testable import CDPProxy

@Suite struct RequestRefusalTests {
    /// Every refusal, with the status of its answer; nil where no client is left to read one.
    static let all: [(refusal: RequestRefusal, status: HTTPStatus?)] =
        HTTPRefusal.allCases.map { (.head($0), $0.status) }
        + CredentialRejection.allCases.filter { $0 != .origin }.map { (.credential($0), $0.status) }
        + UpgradeRefusal.allCases.map { (.handshake($0), $0.status) }
        + CredentialRejection.allCases.filter(\.countsAgainstCaller)
        .map { (.tooManyRefusals($0, retryAfter: 5), .tooManyRequests) }
        + [
            (.permission(.driving), .forbidden), (.keyOverRate(retryAfter: 5), .tooManyRequests),
            (.origin(UnlistedOrigin(told: "https://a.example")), .forbidden),
            (.headIncomplete(begun: true), .requestTimeout), (.headIncomplete(begun: false), nil), (.clientGone, nil),
            (.method(allowed: "GET"), .methodNotAllowed), (.notFound, .notFound), (.draining, .serviceUnavailable),
            (.connectionLimit(.total), .serviceUnavailable), (.chrome(.unreachable), .badGateway),
            (.chrome(.timedOut), .badGateway), (.chrome(.malformedAnswer), .badGateway),
            (.chrome(.tooLong), .badGateway),
            (.chrome(.noSuchEndpoint), .notFound),
            (.session(.notFound), .notFound), (.session(.expired), .gone), (.session(.conflict), .conflict),
            (.session(.unreadable(.noKey)), .badGateway), (.session(.storeUnavailable), .badGateway),
            (.session(.injectionFailed), .badGateway), (.session(.used), .conflict),
            (.session(.stateUnavailable), .badGateway),
            (.download(.missing), .notFound), (.download(.unfinished), .conflict),
            (.download(.busy), .serviceUnavailable), (.download(.unreadable), .internalServerError),
        ]

    @Test func eachHasItsStatus() {
        for (refusal, status) in Self.all {
            #expect(refusal.response(to: RequestID())?.status == status, "\(refusal)")
        }
    }

    @Test func eachHasAReasonThatIsALabel() {
        var reasons: Set<String> = []
        for (refusal, status) in Self.all {
            let reason = refusal.reason
            #expect(
                !reason.isEmpty
                    && reason.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
            )
            // Only the two halves of an incomplete head share one, and the ways in which Chrome cannot be had, in which there
            // was too much of something, or in which roles do not help.
            let isNew = reasons.insert(reason).inserted
            let mayBeShared = ["chrome_unreachable", "rate_limited", "role"].contains(reason)
            #expect(isNew || status == nil || mayBeShared, "\(reason)")
        }
    }

    @Test func thoseBehindACredentialAreCountedByTheSameReasons() {
        let counted = Self.all.map(\.refusal).filter { refusal in
            switch refusal {
            case .draining, .connectionLimit, .permission, .chrome, .session, .download: true
            default: false
            }
        }
        #expect(Set(counted.map(\.reason)) == Set(RequestRefusal.reasonsBehindCredential))
    }

    @Test func eachBodyIsJSONWithAnErrorAndTheRequestsID() throws {
        for (refusal, status) in Self.all where status != nil {
            let id = RequestID()
            let body = try JSONValue.parse(try #require(refusal.response(to: id)?.body))
            #expect(body["error"]?.stringValue?.isEmpty == false, "\(refusal)")
            #expect(body["requestId"]?.stringValue == id.description, "\(refusal)")
        }
    }

    @Test func anOverloadSaysWhenToComeBack() {
        for (refusal, status) in Self.all where status == .serviceUnavailable || status == .tooManyRequests {
            let text = String(decoding: refusal.response(to: RequestID())?.serialized() ?? [], as: UTF8.self)
            #expect(text.contains("\r\nRetry-After: 5\r\n"), "\(refusal)")
        }
    }

    @Test func aMethodThatIsNotAllowedIsToldWhichAre() {
        for (refusal, status) in Self.all where status == .methodNotAllowed {
            let text = String(decoding: refusal.response(to: RequestID())?.serialized() ?? [], as: UTF8.self)
            #expect(text.contains("\r\nAllow: "), "\(refusal)")
        }
    }
}
