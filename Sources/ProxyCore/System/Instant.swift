import CLinux
import Glibc

/// A moment of the monotonic clock, in nanoseconds; unlike the wall clock it never jumps, so deadlines rest on it.
public struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public let nanoseconds: UInt64

    /// The moment `nanoseconds` after the clock's start.
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The clock's reading.
    public static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Whether `left` comes first.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment a duration later; one that is further off than the clock reaches is its last moment.
    public static func + (moment: Instant, duration: Duration) -> Instant {
        let nanoseconds = UInt64(clamping: duration.attoseconds / 1_000_000_000)
        let (sum, isTooFar) = moment.nanoseconds.addingReportingOverflow(nanoseconds)
        return Instant(nanoseconds: isTooFar ? .max : sum)
    }

    /// How long after `earlier` this moment is; zero when it is not.
    public func since(_ earlier: Instant) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }
}
