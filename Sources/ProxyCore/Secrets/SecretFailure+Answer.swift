extension SecretFailure {
    /// What an error of Secrets Manager's means; `body` is the answer's as JSON, `now` when it came.
    ///
    /// Only a code that is known to be a denial, or to say that there is no such secret, ends the life of a key that is at
    /// hand: a proxy's 403 on the way must not, nor a clock that is wrong, nor credentials that have run out.
    init(_ answer: HTTPSResponse, _ body: JSONValue?, now: Timestamp) {
        // "com.amazonaws.secretsmanager#AccessDeniedException", "InvalidSignatureException:http://…" in some of AWS'
        // protocols.
        let type = body?["__type"]?.stringValue?.split(separator: "#").last?.prefix { $0 != ":" }
        let code = type.map { String($0) } ?? ""
        let message = (body?["message"] ?? body?["Message"])?.stringValue ?? ""
        if Self.authenticationErrors.contains(code) || Self.namesAClock(message) {
            let ahead = answer.date.map { now.seconds(since: $0) }
            self = .unauthenticated(UnauthenticatedRequest(code: code, clockDifference: ahead))
        } else if Self.denials.contains(code) {
            self = .denied(code)
        } else if Self.absences.contains(code) {
            self = .gone(code)
        } else {
            self = .unreachable("status \(answer.status)")
        }
    }

    /// The request was not known to be ours: wrong, old or unknown credentials, or a clock that differs too much.
    private static let authenticationErrors: Set = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed", "TokenRefreshRequired",
        "InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
        "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        "UnrecognizedClient", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId",
        "InvalidToken", "AuthFailure",
    ]
    private static let denials: Set = [
        "AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired", "DecryptionFailure",
    ]
    private static let absences: Set = ["ResourceNotFoundException", "InvalidRequestException"]

    /// Whether a message says that the signature's time is not the service's, under whatever code.
    private static func namesAClock(_ message: String) -> Bool {
        message.hasPrefix("Signature expired") || message.hasPrefix("Signature not yet current")
    }

    /// Whether fresh credentials may turn this refusal into an answer.
    var blamesCredentials: Bool { if case .unauthenticated = self { true } else { false } }
}

/// A request that Secrets Manager did not take for ours.
public struct UnauthenticatedRequest: Equatable, Sendable {
    /// The service's code for it.
    public let code: String
    /// By how many seconds this machine's clock is ahead of the service's, as its answer's `Date` tells; nil without one.
    public let clockDifference: Double?

    /// The code, and by how much the clocks differ.
    var detail: String {
        guard let clockDifference else { return code }
        // Whole seconds, as `Date` has; far off they are no number to show.
        let seconds = Int(min(max(clockDifference, -1e12), 1e12).rounded())
        let direction = seconds < 0 ? "behind" : "ahead of"
        return "\(code); this machine's clock is \(abs(seconds)) s \(direction) Secrets Manager's"
    }
}
