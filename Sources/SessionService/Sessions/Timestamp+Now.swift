import ProxyCore
import SessionStore

extension Timestamp {
    /// The wall clock's reading.
    static func now() -> Timestamp { Timestamp(microseconds: Int64(ProxyCore.secondsSince1970() * 1_000_000)) }
}
