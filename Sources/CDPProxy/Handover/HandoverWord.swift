import ProxyCore

/// The words that lead two proxies through a hand-over, in this order. Until the last of them the old one can go on as if nothing
/// had been, and the new one has decided nothing.
enum HandoverWord: String {
    /// The new one could serve: its configuration, certificates, database and signing key are good.
    case ready
    /// The old one has told all that it knows.
    case told
    /// The new one has taken it up.
    case taken
    /// The place is the new one's.
    case go

    /// It as a line.
    var line: JSONValue { ["say": JSONValue(rawValue)] }

    /// The word that a line says; nil for a line that tells something.
    init?(_ line: JSONValue) {
        guard let word = line["say"]?.stringValue.flatMap(HandoverWord.init(rawValue:)) else { return nil }
        self = word
    }
}
