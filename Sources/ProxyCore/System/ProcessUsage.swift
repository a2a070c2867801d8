import Glibc

/// What this process takes of the machine, read from `/proc` and `getrlimit`.
///
/// A value that cannot be read is nil, never a guess.
public struct ProcessUsage: Sendable, Equatable {
    /// User and system time since the start, in seconds.
    public let processorSeconds: Double?
    /// Memory in RAM now, in bytes.
    public let residentBytes: Double?
    /// When the process started, in seconds since 1970.
    public let startTime: Double?
    /// Descriptors open now.
    public let openDescriptors: Double?
    /// Descriptors the process may open.
    public let descriptorLimit: Double?

    /// Reads all of it: four small files of a file system that lives in memory.
    public static func current() -> ProcessUsage {
        let stat = contents(of: "/proc/self/stat").map(Self.statFields) ?? [:]
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let boot = contents(of: "/proc/stat").flatMap(Self.bootTime)
        return ProcessUsage(
            processorSeconds: stat[14].flatMap { user in stat[15].map { (user + $0) / ticks } },
            residentBytes: stat[24].map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) },
            startTime: stat[22].flatMap { start in boot.map { $0 + start / ticks } },
            openDescriptors: countEntries(of: "/proc/self/fd").map(Double.init),
            descriptorLimit: descriptorLimit
        )
    }

    /// How many descriptors the process may open.
    public static var descriptorLimit: Double? {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return isKnown ? Double(limit.rlim_cur) : nil
    }

    /// The numeric fields of `/proc/PID/stat`, by their number in proc(5). The second one, the command's name, stands
    /// in parentheses and may itself hold spaces and parentheses, so fields are counted from the last one.
    static func statFields(_ text: String) -> [Int: Double] {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return [:] }
        var fields: [Int: Double] = [:]
        for (offset, field) in text[end...].split(whereSeparator: \.isWhitespace).dropFirst().enumerated() {
            fields[offset + 3] = Double(field)
        }
        return fields
    }

    /// The `btime` line of `/proc/stat`: when the machine started, in seconds since 1970.
    static func bootTime(_ text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) }
    }

    /// How many descriptors `/proc/self/fd` lists, without the one that reads it.
    private static func countEntries(of directory: String) -> Int? {
        guard let stream = unsafe opendir(directory) else { return nil }
        defer { unsafe closedir(stream) }
        var count = 0
        while unsafe readdir(stream) != nil { count += 1 }
        return count - 3  // ".", ".." and the stream itself
    }

    private static func contents(of path: String) -> String? {
        FileContents.read(path).map { String(decoding: $0, as: UTF8.self) }
    }
}
