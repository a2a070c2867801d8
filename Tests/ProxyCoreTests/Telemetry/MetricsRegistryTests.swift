import ProxyCore
import Testing

@Suite struct MetricsRegistryTests {
    @Test func writesEveryKindInOrderOfDeclaration() {
        let registry = MetricsRegistry()
        let accepted = registry.counter("accepted_total", help: "Tokens accepted.")
        let rejected = registry.counters("rejected_total", labels: ["reason"], help: "Tokens refused.")
        let info = registry.gauge("build_info", labels: ["version": "1.2.3"], help: "The build.")
        let seconds = registry.histogram("connect_seconds", bounds: [0.005, 0.1, 1], help: "Time to connect.")
        accepted.increment(by: 3)
        rejected["signature"].increment()
        rejected["expired"].increment(by: 2)
        info.set(true)
        for value in [0.004, 0.005, 0.5, 7] { seconds.observe(value) }

        #expect(
            registry.text() == """
                # HELP accepted_total Tokens accepted.
                # TYPE accepted_total counter
                accepted_total 3
                # HELP rejected_total Tokens refused.
                # TYPE rejected_total counter
                rejected_total{reason="expired"} 2
                rejected_total{reason="signature"} 1
                # HELP build_info The build.
                # TYPE build_info gauge
                build_info{version="1.2.3"} 1
                # HELP connect_seconds Time to connect.
                # TYPE connect_seconds histogram
                connect_seconds_bucket{le="0.005"} 2
                connect_seconds_bucket{le="0.1"} 2
                connect_seconds_bucket{le="1"} 3
                connect_seconds_bucket{le="+Inf"} 4
                connect_seconds_sum 7.509
                connect_seconds_count 4

                """
        )
    }

    @Test func readsSampledMetricsWhenItWrites() {
        let registry = MetricsRegistry()
        var seconds: Double?
        registry.sampledCounter("cpu_seconds_total", help: "CPU.") { seconds }
        registry.sampledGauge("age_seconds", help: "Age.") { seconds }
        let empty = registry.text()
        #expect(empty.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
        seconds = 1.25
        #expect(registry.text().contains("counter\ncpu_seconds_total 1.25\n"))
        #expect(registry.text().hasSuffix("gauge\nage_seconds 1.25\n"))
    }

    @Test func escapesHelpAndLabelValues() {
        let registry = MetricsRegistry()
        let family = registry.counters("c", labels: ["a", "b"], help: "one\\two\n\"three\"")
        family["x\"y\\z", "line\r\nfeed"].increment()
        #expect(
            registry.text() == #"""
                # HELP c one\\two\n"three"
                # TYPE c counter
                c{a="x\"y\\z",b="line\#r\nfeed"} 1

                """#
        )
    }

    @Test(arguments: [
        (0.0, "0"), (-2, "-2"), (0.5, "0.5"), (1e20, "1e+20"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ])
    func writesFloats(value: Double, expected: String) {
        let registry = MetricsRegistry()
        registry.gauge("g", help: "h").value = value
        #expect(registry.text() == "# HELP g h\n# TYPE g gauge\ng \(expected)\n")
    }
}

@Suite struct CounterFamilyTests {
    @Test func countsWhatExceedsItsLimitUnderOther() {
        let family = MetricsRegistry().counters("c", labels: ["code", "side"], limit: 2, help: "h")
        for code in 1...5 { family["\(code)", "client"].increment() }
        family["1", "client"].increment()
        #expect(family.totals.map(\.values) == [["1", "client"], ["2", "client"], ["other", "other"]])
        #expect(family.totals.map(\.value) == [2, 1, 3])
    }

    @Test func givesTheSameChildForTheSameValues() {
        let family = MetricsRegistry().counters("c", labels: ["reason"], help: "h")
        #expect(family["a"] === family["a"])
        #expect(family["a"] !== family["b"])
    }
}

@Suite struct HistogramTests {
    @Test func leavesOutWhatIsNotANumber() {
        let histogram = MetricsRegistry().histogram("h", bounds: [1], help: "h")
        for value in [Double.nan, .infinity, 0.5] { histogram.observe(value) }
        #expect(histogram.count == 1)
        #expect(histogram.sum == 0.5)
        #expect(histogram.cumulativeCounts == [1])
    }
}
