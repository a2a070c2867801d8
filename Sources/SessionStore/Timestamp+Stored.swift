import ProxyCore

extension Timestamp {
    /// Reads the text of a database. A year above 9999 or below 1 becomes the latest or the earliest moment: older
    /// versions wrote such years, and no reader accepted them.
    init?(stored text: String) {
        let year = text.prefix { ("0"..."9").contains($0) }
        if let moment = Timestamp(text) {
            self = moment
        } else if year.utf8.count > 4, text[year.endIndex...].hasPrefix("-") {
            self = .latest
        } else if text.hasPrefix("0000-") || text.hasPrefix("-") {
            self = .earliest
        } else {
            return nil
        }
    }
}
