import ProxyCore

/// Why a provider's key set is unavailable. It holds only fixed texts, never text from the provider.
enum KeySetFailure: Error, Equatable, Sendable {
    /// No answer came.
    case noAnswer(HTTPSFailure)
    /// The answer had another status than 200. Redirects are not followed.
    case status(Int)
    /// The answer is not a JSON object with an array `keys`, or it repeats a member's name.
    case notAKeySet
    /// The set contains no key that may verify tokens.
    case noUsableKey

    /// The label `result` of the metric.
    var label: String {
        switch self {
        case .noAnswer: "unreachable"
        case .status: "status"
        case .notAKeySet: "malformed"
        case .noUsableKey: "no_keys"
        }
    }

    /// The reason in the log.
    var detail: String {
        switch self {
        case .noAnswer(let failure): failure.detail
        case .status(let status): "status \(status)"
        case .notAKeySet: "an answer that is not a JSON Web Key Set"
        case .noUsableKey: "no RS256 or ES256 key in the set"
        }
    }
}
