import CLibFuzzer
import Glibc

/// The fuzzer that makes the inputs: LLVM's, linked into this program.
enum LibFuzzer {
    /// Written once, before the fuzzer starts; the callback is a C function, which captures nothing.
    nonisolated(unsafe) private static var target: FuzzTarget?

    /// Fuzzes `target` until an option ends it, and returns the exit code. The options that come last win.
    static func run(_ target: FuzzTarget, program: String, options: some Sequence<String>) -> Int32 {
        unsafe self.target = target
        // Longer than ten seconds for one input is a finding: each parser promises linear time.
        let standard = ["-max_len=\(target.longest)", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + standard + options).map {
            unsafe strdup($0)
        }
        let count = unsafe Int32(arguments.count)
        unsafe arguments.append(nil)
        // The strings are never freed: libFuzzer keeps the pointers.
        return unsafe arguments.withUnsafeMutableBufferPointer { buffer in
            guard let first = buffer.baseAddress else { return 2 }
            return unsafe clibfuzzer_run(count, first) { bytes, count in
                unsafe LibFuzzer.check(UnsafeBufferPointer(start: bytes, count: count))
                return 0
            }
        }
    }

    /// Checks one input. A property that does not hold ends the process, and libFuzzer keeps the input.
    private static func check(_ input: UnsafeBufferPointer<UInt8>) {
        // A copy: reading past its end is a report of the address sanitizer, and no target can change the original.
        let bytes = unsafe Array(input)
        do {
            try unsafe target?.check(bytes)
        } catch {
            let message = Array("\nA property does not hold: \(error.property)\n".utf8)
            _ = unsafe write(STDERR_FILENO, message, message.count)
            abort()
        }
    }
}
