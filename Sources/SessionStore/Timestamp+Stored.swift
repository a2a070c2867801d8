import ProxyCore

extension Timestamp {
    /// Reads what a database holds. A year beyond 9999 or before 1, which earlier versions could write and no reader could
    /// read, is the latest or the earliest moment.
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
