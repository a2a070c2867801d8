import Glibc
import ProxyCore
import SessionStore
import TestSupport
import Testing

@testable import CDPProxy

@Suite struct KeptStateTests {
    private static let token = SpentToken(hash: [UInt8](repeating: 1, count: 32), until: Tokens.now + 60)

    @Test func withoutAFileNothingIsKept() async throws {
        try await TestSupport.onLoop { loop in
            let state = KeptState(in: nil, log: try PartsBench(on: loop).context.log)
            try state.keep("{}", of: "browser")
            try state.keep(Self.token, now: Tokens.now)
            #expect(try state.record(of: "browser") == nil)
            #expect(try state.spentTokens(now: Tokens.now) == [])
        }
    }

    @Test func whatIsKeptIsThereForTheNextRun() async throws {
        let folder = try TemporaryFolder()
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop, ["CDP_PROXY_STATE": folder.path("state")])
            let first = try KeptState(bench.configuration.ownership, log: bench.context.log)
            try first.keep("{}", of: "browser")
            try first.keep(Self.token, now: Tokens.now)
            let second = try KeptState(bench.configuration.ownership, log: bench.context.log)
            #expect(try second.record(of: "browser") == "{}")
            #expect(try second.spentTokens(now: Tokens.now) == [Self.token])
        }
    }

    /// Each failure is one line and one refusal, whatever was to be kept.
    @Test func aFileThatFailsRefusesTheRequest() async throws {
        let folder = try TemporaryFolder()
        try await TestSupport.onLoop { loop in
            let bench = try PartsBench(on: loop, ["CDP_PROXY_STATE": folder.path("state")])
            let state = try KeptState(bench.configuration.ownership, log: bench.context.log)
            let lock = try lockWhole(folder.path("state"))
            defer { close(lock) }
            let work: [() throws -> Void] = [
                { try state.keep("{}", of: "browser") }, { try state.keep(Self.token, now: Tokens.now) },
            ]
            for each in work {
                let refusal = #expect(throws: RequestRefusal.self) { try each() }
                #expect(refusal?.reason == "state_unavailable")
            }
            try await bench.log.until("two lines") { bench.log.lines("state_unavailable").count == 2 }
        }
    }

    /// Locks a file as another process would, until the descriptor is closed.
    private func lockWhole(_ path: String) throws -> CInt {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        let openFileLock: CInt = 37  // F_OFD_SETLK: a lock of this descriptor's, not of this process
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard descriptor >= 0, unsafe fcntl(descriptor, openFileLock, &lock) == 0 else { throw Errno(code: errno) }
        return descriptor
    }
}
