import ProxyCore
import Testing

import func TestSupport.onThread

@testable import CDPProxy

@Suite struct OnLoopTests {
    private struct Trouble: Error, Equatable {
        let name: String
    }

    @Test func givesWhatTheBodyGives() async throws {
        #expect(try await Self.outcome { _ in 42 }.get() == 42)
    }

    @Test func throwsWhatTheBodyThrows() async throws {
        await #expect(throws: Trouble(name: "a")) {
            try await Self.outcome { _ in throw Trouble(name: "a") }.get()
        }
    }

    @Test func runsTheBodyOnTheLoopBeforeAndAfterAWait() async throws {
        let places = try await Self.outcome { loop in
            let before = loop.isOnLoop
            await loop.sleep(until: .now() + .milliseconds(1))
            return [before, loop.isOnLoop]
        }.get()
        #expect(places == [true, true])
    }

    /// Runs a body as a command does: on a thread that has nothing else to do.
    private static func outcome<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop) async throws -> Value
    ) async -> Result<Value, any Error> {
        let outcome = OutcomeBox<Value>()
        onThread { outcome.result = Result { try onLoop(body) } }
        return outcome.result ?? .failure(CancellationError())
    }
}

/// `@unchecked Sendable`: one thread writes it, and ends before it is read.
private final class OutcomeBox<Value: Sendable>: @unchecked Sendable {
    var result: Result<Value, any Error>?
}
