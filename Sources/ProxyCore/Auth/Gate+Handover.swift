/// What a gate remembers, written line by line for the gate of another process that takes its place. Nothing in it opens
/// anything: of tickets and tokens there are hashes.
extension Gate {
    /// The open tickets, the spent tokens and the revocations.
    public func handover(now: Timestamp) -> [JSONValue] {
        tickets.handover(now: now) + ledger.handover(now: now) + revocations.handover(now: now)
    }

    /// Takes up a line of ``handover(now:)``; false when it is none of these, or cannot be read.
    public mutating func takeOver(_ line: JSONValue, now: Timestamp) -> Bool {
        if let ticket = line["ticket"] { return tickets.takeOver(ticket, now: now) }
        if let spent = line["spent"] {
            guard let hash = spent.hash("hash"), let until = spent.moment("until") else { return false }
            restore([SpentToken(hash: hash, until: until)], now: now)
            return true
        }
        guard let revocation = line["revoked"].flatMap({ Revocation(json: $0) }) else { return false }
        _ = revoke(revocation)
        return true
    }
}

extension ReplayLedger {
    fileprivate func handover(now: Timestamp) -> [JSONValue] {
        spent.entries(now: now).map { entry in
            let hash = JSONValue(Base64URL.encode(entry.key.bytes))
            return ["spent": ["hash": hash, "until": JSONValue(entry.expiresAt)]]
        }
    }
}

extension RevocationList {
    fileprivate func handover(now: Timestamp) -> [JSONValue] {
        all.filter { now < $0.expiresAt }.map { ["revoked": $0.json] }
    }
}

extension Revocation {
    /// The revocation for another process, as ``init(json:)`` reads it.
    public var json: JSONValue {
        ["kind": JSONValue(kind.rawValue), "subject": JSONValue(subject), "at": JSONValue(at)]
    }

    /// The revocation that another process wrote; nil when the JSON is not one.
    public init?(json: JSONValue) {
        guard let kind = json["kind"]?.stringValue.flatMap(Kind.init), let subject = json["subject"]?.stringValue,
            let at = json.moment("at")
        else { return nil }
        self.init(kind, subject, at: at)
    }
}
