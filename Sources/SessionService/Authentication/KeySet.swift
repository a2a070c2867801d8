import ProxyCore

/// The keys of a provider that may verify tokens here, each by its name and the one algorithm it is for.
struct KeySet: Sendable {
    /// How many keys are used; those behind them in the set are left out.
    static let maximumCount = 100

    private let keys: [KeyName: IdentityKey]

    /// Reads a JSON Web Key Set (RFC 7517 section 5), leaving out what is no key for us.
    ///
    /// Of two different keys with one name and algorithm neither is used: readers differ on which one counts, and a
    /// name that was given twice vouches for nothing. `notAKeySet` and `noUsableKey` are thrown.
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

    /// How many keys there are.
    var count: Int { keys.count }

    /// The key of that name; nil when there is none.
    subscript(name: KeyName) -> IdentityKey? { keys[name] }

    /// The keys in their order, without those whose name another one has too; one that is there twice counts once.
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
