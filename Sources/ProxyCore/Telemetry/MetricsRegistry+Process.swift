extension MetricsRegistry {
    /// Declares the metrics every process has, under the names Prometheus' client libraries give them.
    public func declareProcess() {
        sampledCounter("process_cpu_seconds_total", help: "User and system time.") {
            ProcessUsage.current().processorSeconds
        }
        sampledGauge("process_resident_memory_bytes", help: "Memory in RAM.") {
            ProcessUsage.current().residentBytes
        }
        sampledGauge("process_start_time_seconds", help: "When the process started, since 1970.") {
            ProcessUsage.current().startTime
        }
        sampledGauge("process_open_fds", help: "Open descriptors.") {
            ProcessUsage.current().openDescriptors
        }
        sampledGauge("process_max_fds", help: "Descriptors the process may open.") {
            ProcessUsage.current().descriptorLimit
        }
    }
}
