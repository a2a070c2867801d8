import ProxyCore

/// The signing keys in the form the gate computes with: made once for each set the source gives, since preparing a key
/// costs as much as checking a token.
///
/// Lives on the loop's thread.
final class GateKeys {
    private let source: SigningKeySource
    private var known: (set: SigningKeySet, keys: SigningKeys)?

    /// The keys of a source.
    init(_ source: SigningKeySource) {
        self.source = source
    }

    /// The keys to check with now; nil when none can be had.
    func current() async -> SigningKeys? {
        guard let set = try? await source.keys() else { return nil }
        return keys(set)
    }

    /// Newer keys, for a token whose signature fits none of the present ones; nil when there are none.
    func afterBadSignature() async -> SigningKeys? {
        guard let set = await source.keysAfterBadSignature() else { return nil }
        return keys(set)
    }

    /// How old the keys are, in seconds; nil when they are fixed, or there are none.
    var age: Double? { source.age }

    /// Keeps the keys fresh until the source is closed.
    func keepFresh() async {
        await source.run()
    }

    /// Ends ``keepFresh()`` and whatever is being fetched.
    func close() {
        source.close()
    }

    private func keys(_ set: SigningKeySet) -> SigningKeys? {
        if let known, known.set.equals(set) { return known.keys }
        guard let keys = SigningKeys(set) else { return nil }
        known = (set, keys)
        return keys
    }
}

extension SigningKeys {
    /// The keys of a set, prepared; nil when the present one is too short.
    init?(_ set: SigningKeySet) {
        guard let current = SigningKey(set.current.reveal()) else { return nil }
        self.init(current: current, previous: set.previous.flatMap { SigningKey($0.reveal()) })
    }
}

extension SigningKeySet {
    /// Whether both hold the same keys.
    fileprivate func equals(_ other: SigningKeySet) -> Bool {
        guard current.equals(other.current) else { return false }
        switch (previous, other.previous) {
        case (let mine?, let theirs?): return mine.equals(theirs)
        case (nil, nil): return true
        default: return false
        }
    }
}
