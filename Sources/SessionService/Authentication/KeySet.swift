import ProxyCore

/// The keys of a provider that may verify tokens, each by its name and algorithm.
struct KeySet: Sendable {
    /// The most keys that are used. Later ones in the set are ignored.
    static let maximumCount = 100

    private let keys: [KeyName: IdentityKey]

    /// Reads a JSON Web Key Set (RFC 7517 section 5) and skips unusable keys.
    ///
    /// If two different keys share a name and algorithm, neither is used: readers differ on which one counts, so the
    /// name identifies no key. Throws `notAKeySet` or `noUsableKey`.
    init(parsing bytes: [UInt8]) async throws(KeySetFailure) {
        guard let value = try? JSONValue.parse(bytes), let members = value["keys"]?.arrayValue else {
            throw .notAKeySet
        }
        var keys: [KeyName: IdentityKey] = [:]
        for key in Self.unambiguous(members.lazy.compactMap { JSONWebKey($0) }) {
            guard keys.count < Self.maximumCount else { break }
            keys[key.name] = await IdentityKey(key)
        }
        guard !keys.isEmpty else { throw .noUsableKey }
        self.keys = keys
    }

    /// The number of keys.
    var count: Int { keys.count }

    /// The key of this name; nil when there is none.
    subscript(name: KeyName) -> IdentityKey? { keys[name] }

    /// The keys in order, without those that share their name with a different key. Repetitions count once.
    private static func unambiguous(_ keys: some Sequence<JSONWebKey>) -> [JSONWebKey] {
        var named: [KeyName: JSONWebKey] = [:]
        var ambiguous: Set<KeyName> = []
        var order: [JSONWebKey] = []
        for key in keys {
            if let former = named[key.name] {
                if former != key { ambiguous.insert(key.name) }
            } else {
                named[key.name] = key
                order.append(key)
            }
        }
        return order.filter { !ambiguous.contains($0.name) }
    }
}
