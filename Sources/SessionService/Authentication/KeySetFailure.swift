import ProxyCore

/// Why a provider's key set could not be had. Holds words of this program only, never what the provider sent.
enum KeySetFailure: Error, Equatable, Sendable {
    /// No answer came.
    case noAnswer(HTTPSFailure)
    /// An answer of another status than 200 came; redirects are not followed.
    case status(Int)
    /// The answer is not a JSON object with an array called `keys`, or names a member twice.
    case notAKeySet
    /// There is no key in the set that could verify a token here.
    case noUsableKey

    /// A word for the label `result` of the metric.
    var label: String {
        switch self {
        case .noAnswer: "unreachable"
        case .status: "status"
        case .notAKeySet: "malformed"
        case .noUsableKey: "no_keys"
        }
    }

    /// A few words for the log.
    var detail: String {
        switch self {
        case .noAnswer(let failure): failure.detail
        case .status(let status): "status \(status)"
        case .notAKeySet: "an answer that is not a JSON Web Key Set"
        case .noUsableKey: "no RS256 or ES256 key in the set"
        }
    }
}
