import Testing

@testable import ProxyCore

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-01-30 12:34:56.123456", 1_769_776_496_123_456), ("2026-01-30T12:34:56Z", 1_769_776_496_000_000),
        ("2026-01-30 12:34:56", 1_769_776_496_000_000), ("2026-01-30T12:34:56.5+02:00", 1_769_769_296_500_000),
        ("2026-01-30T12:34:56-0130", 1_769_781_896_000_000), ("2026-01-30T12:34+01", 1_769_772_840_000_000),
        ("2026-01-30 12:34:56+00:00", 1_769_776_496_000_000), ("2026-01-30T12:34:56.123456789Z", 1_769_776_496_123_456),
        ("1970-01-01", 0), ("1969-12-31T23:59:59.999999Z", -1), ("2000-02-29 00:00:00", 951_782_400_000_000),
        ("0001-01-01T23:59:00+23:59", -62_135_596_800_000_000),
        ("9999-12-31T00:00:59.999999-23:59", 253_402_300_799_999_999),
        ("0001-01-01 00:00:00", -62_135_596_800_000_000), ("9999-12-31 23:59:59.999999", 253_402_300_799_999_999),
    ])
    func reads(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-1-30", "2026-13-01", "2026-02-30", "1900-02-29", "0000-01-01", "2026-01-30X12:00:00",
        "2026-01-30T24:00:00", "2026-01-30T12:60:00", "2026-01-30T12:00:60", "2026-01-30T12:00:00.", "2026-01-30T",
        "2026-01-30T12:00:00Zx", "2026-01-30T12:00:00+25:00", "2026-01-30T12:00:00 ", "-2026-01-30",
        "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999-00:01", "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00+00:01", "10000-01-01T00:00:00Z", "0000-12-31T23:59:59-23:59",
    ])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        0, -1, 1_769_776_496_123_456, -62_135_596_800_000_000, 253_402_300_799_999_999, 951_782_400_000_007,
    ])
    func writesWhatItReads(microseconds: Int64) {
        let stamp = Timestamp(microseconds: microseconds)
        #expect(Timestamp(stamp.databaseText) == stamp)
        #expect(Timestamp(stamp.iso8601) == stamp)
    }

    @Test func whatCanBeWrittenIsBounded() {
        #expect(Timestamp.earliest.isWritable)
        #expect(Timestamp.latest.isWritable)
        #expect(!Timestamp(microseconds: Timestamp.earliest.microseconds - 1).isWritable)
        #expect(!Timestamp(microseconds: Timestamp.latest.microseconds + 1).isWritable)
        #expect(Timestamp.latest.databaseText == "9999-12-31 23:59:59.999999")
        #expect(Timestamp.earliest.databaseText == "0001-01-01 00:00:00.000000")
    }

    @Test func daysOfEightCenturies() {
        for day in stride(from: Int64(-146_097), to: 146_097, by: 11) {
            let stamp = Timestamp(microseconds: day * 86_400_000_000 + 1)
            #expect(Timestamp(stamp.iso8601) == stamp)
        }
    }

    @Test func forms() {
        let stamp = Timestamp(microseconds: 1_769_776_496_000_042)
        #expect(stamp.databaseText == "2026-01-30 12:34:56.000042")
        #expect(stamp.iso8601 == "2026-01-30T12:34:56.000042Z")
        let whole = Timestamp(microseconds: 1_577_836_800_000_000)
        #expect(whole.databaseText == "2020-01-01 00:00:00.000000")
        #expect(whole.iso8601 == "2020-01-01T00:00:00Z")
        #expect(Timestamp(microseconds: -1_000_000).iso8601 == "1969-12-31T23:59:59Z")
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999_900, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
            (-500_000, "1969-12-31T23:59:59.500Z"), (.max, "9999-12-31T23:59:59.999Z"),
            (.min, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func writesMilliseconds(microseconds: Int64, expected: String) {
        let stamp = Timestamp(microseconds: microseconds)
        var bytes: [UInt8] = []
        stamp.writeMilliseconds(to: &bytes)
        #expect(stamp.millisecondText == expected)
        #expect(bytes == Array(expected.utf8))
    }

    @Test func movesByADurationAndNeverOverflows() {
        let stamp = Timestamp(microseconds: 1_500_000)
        #expect((stamp + .milliseconds(250)).microseconds == 1_750_000)
        #expect((stamp - .seconds(2)).microseconds == -500_000)
        #expect((stamp - .seconds(2)).wholeSecond.microseconds == -1_000_000)
        #expect(stamp.wholeSecond.microseconds == 1_000_000)
        #expect(stamp.seconds(since: .epoch) == 1.5)
        #expect(Timestamp.epoch.seconds(since: stamp) == -1.5)
        #expect((stamp + .seconds(Int64.max)).microseconds == .max)
        #expect((Timestamp(microseconds: -2) - .seconds(Int64.max)).microseconds == .min)
        #expect(Timestamp(microseconds: .max).seconds(since: Timestamp(microseconds: .min)) > 1e13)
    }

    @Test func secondsOutOfRangeAreRefused() {
        #expect(Timestamp(secondsSince1970: .nan) == nil)
        #expect(Timestamp(secondsSince1970: .infinity) == nil)
        #expect(Timestamp(secondsSince1970: 1e18) == nil)
        #expect(Timestamp(secondsSince1970: 253_402_300_799.99997)?.isWritable == true)
        #expect(Timestamp(secondsSince1970: 1.5)?.microseconds == 1_500_000)
    }
}
