import ProxyCore
import Testing

@testable import SessionStore

@Suite struct StoredTimestampTests {
    /// Older versions wrote some of these texts, and no reader accepted them.
    @Test(arguments: [
        ("10000-01-01 23:58:59.000000", Timestamp.latest), ("0000-12-31 00:01:00.000000", .earliest),
        ("-001-12-31 00:00:00", .earliest), ("9999-12-31 23:59:59.999999", .latest),
        ("1970-01-01 00:00:00", Timestamp(microseconds: 0)), ("", nil), ("soon", nil), ("1970", nil),
        ("1700000000", nil),
        ("1970-13-01 00:00:00", nil),
    ])
    func storedTextIsRead(text: String, moment: Timestamp?) {
        #expect(Timestamp(stored: text) == moment)
    }
}
