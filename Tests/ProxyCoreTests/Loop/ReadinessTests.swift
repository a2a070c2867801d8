import Glibc
import ProxyCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReadinessTests {
    @Test func edgesAreToldOnce() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            probe.ring()
            await loop.turns(3)
            #expect(probe.told.count == 1)
            probe.ring()
            await loop.turns(3)
            #expect(probe.told.count == 2)
            probe.leave()
        }
    }

    @Test func aLevelIsToldAsLongAsItLasts() async throws {
        try await onLoop { loop in
            let pipe = try Pipe(capacity: 4_096)
            let listener = Listener()
            let registration = try loop.register(
                pipe.input.number,
                handler: listener,
                tag: 7,
                levelTriggered: .writable
            )
            await loop.turns(4)
            #expect(listener.tags.count >= 3)
            #expect(Set(listener.tags) == [7])
            try loop.watch(registration, for: [])
            let told = listener.tags.count
            await loop.turns(3)
            #expect(listener.tags.count == told)
            loop.deregister(registration)
        }
    }

    /// Both are ready in one batch; the handler that is called first closes the other's descriptor and opens its number anew.
    @Test func anEventOfAClosedDescriptorIsNotToldToTheNextOwner() async throws {
        try await onLoop { loop in
            let first = try PipeProbe(on: loop)
            let second = try PipeProbe(on: loop)
            let fresh = try Pipe(capacity: 4_096)
            let owner = Listener()
            var registration: Registration?
            for (probe, other) in [(first, second), (second, first)] {
                probe.onReady = { [unowned other] in
                    guard registration == nil else { return }
                    do { registration = try other.replace(by: fresh, handler: owner) } catch { Issue.record(error) }
                }
            }
            first.ring()
            second.ring()
            await loop.turns(3)
            #expect(first.told.count + second.told.count == 1)
            #expect(owner.tags.isEmpty)
            // The new owner is told of what is its own.
            var byte: UInt8 = 1
            _ = unsafe write(fresh.input.number, &byte, 1)
            await loop.turns(2)
            #expect(owner.tags.count == 1)
            first.leave()
            second.leave()
            if let registration { loop.deregister(registration) }
        }
    }

    @Test func deregisteringAnotherDropsItsEvent() async throws {
        try await onLoop { loop in
            let first = try PipeProbe(on: loop)
            let second = try PipeProbe(on: loop)
            first.onReady = { [unowned second] in second.leave() }
            second.onReady = { [unowned first] in first.leave() }
            first.ring()
            second.ring()
            await loop.turns(3)
            #expect(first.told.count + second.told.count == 1)
            first.leave()
            second.leave()
        }
    }

    @Test func aHandlerMayEndItselfWhileItIsTold() async throws {
        try await onLoop { loop in
            weak var gone: PipeProbe?
            do {
                let probe = try PipeProbe(on: loop)
                probe.onReady = { [unowned probe] in probe.leave() }
                probe.ring()
                gone = probe
            }
            #expect(gone != nil, "the loop retains it")
            await loop.turns(3)
            #expect(gone == nil, "the loop lets go of it at the end of the turn")
        }
    }

    @Test func handingOverTellsTheNewHandler() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            let heir = Listener()
            guard let registration = probe.registration else { return }
            loop.handOver(registration, to: heir, tag: 9)
            probe.ring()
            await loop.turns(2)
            #expect(probe.told.isEmpty)
            #expect(heir.tags == [9])
            loop.deregister(registration)
        }
    }

    @Test func handingOverWhileBeingToldKeepsTheFormerHandlerForTheTurn() async throws {
        try await onLoop { loop in
            let heir = Listener()
            weak var former: PipeProbe?
            var registration: Registration?
            // The pipe lives as long as the former handler; its writing end must not.
            do {
                let probe = try PipeProbe(on: loop)
                registration = probe.registration
                probe.onReady = { [unowned probe] in
                    guard let registration else { return }
                    loop.handOver(registration, to: heir, tag: 1)
                    #expect(probe.told.count == 1)
                }
                former = probe
                probe.ring()
            }
            await loop.turns(2)
            #expect(former == nil)
            #expect(heir.tags.count <= 1)
        }
    }

    // MARK: Fairness

    @Test func twoBusyHandlersTakeTurns() async throws {
        try await onLoop { loop in
            var order: [Character] = []
            let probes = [try PipeProbe(on: loop), try PipeProbe(on: loop)]
            for (name, probe) in zip("AB", probes) {
                probe.onReady = { [unowned probe] in
                    order.append(name)
                    guard let registration = probe.registration, probe.told.count < 50 else { return }
                    loop.yield(registration)
                }
                probe.ring()
            }
            while order.count < 100 { await loop.turns(1) }
            for index in stride(from: 0, to: 100, by: 2) { #expect(Set(order[index...index + 1]) == ["A", "B"]) }
            #expect(probes.allSatisfy { $0.told.dropFirst().allSatisfy { $0 == [.readable, .writable] } })
            for probe in probes { probe.leave() }
        }
    }

    @Test func givingWayTwiceInATurnIsToldOnce() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            guard let registration = probe.registration else { return }
            loop.yield(registration)
            loop.yield(registration)
            await loop.turns(3)
            #expect(probe.told.count == 1)
            loop.yield(registration)
            await loop.turns(2)
            #expect(probe.told.count == 2)
            probe.leave()
        }
    }

    @Test func whoeverGaveWayAndLeftIsNotTold() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            let fresh = try Pipe(capacity: 4_096)
            let owner = Listener()
            if let registration = probe.registration { loop.yield(registration) }
            let registration = try probe.replace(by: fresh, handler: owner)
            await loop.turns(3)
            #expect(probe.told.isEmpty)
            #expect(owner.tags.isEmpty)
            loop.deregister(registration)
        }
    }

    @Test func thoseThatMoveMuchAreToldOneInATurn() async throws {
        try await onLoop { loop in
            let bulky = try (0..<3).map { _ in try PipeProbe(on: loop) }
            let small = try PipeProbe(on: loop)
            var toldBefore: Int?
            small.onReady = { toldBefore = bulky.reduce(0) { $0 + $1.told.count } }
            for probe in bulky {
                if let registration = probe.registration { loop.setBulk(registration, true) }
                probe.ring()
            }
            small.ring()
            var counts: [Int] = []
            for _ in 0..<4 {
                await loop.turns(1)
                counts.append(bulky.reduce(0) { $0 + $1.told.count })
            }
            #expect(toldBefore == 0)
            #expect(zip(counts, counts.dropFirst()).allSatisfy { $1 - $0 <= 1 })
            #expect(bulky.allSatisfy { $0.told == [.readable] })
            for probe in bulky + [small] { probe.leave() }
        }
    }

    @Test func theLineAndTheJobsTakeTurns() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            var told: [Instant] = []
            probe.onReady = {
                told.append(loop.now)
                if let registration = probe.registration { loop.yield(registration) }
            }
            probe.ring()
            var ran: [Instant] = []
            while ran.count < 8 {
                await loop.turns(1)
                ran.append(loop.now)
            }
            probe.onReady = {}
            probe.leave()
            #expect(!told.contains { ran.contains($0) }, "one message waits for one of them, not for both")
            #expect(told.count >= 7 && Set(told.dropFirst()).count == told.count - 1)
        }
    }

    @Test func nothingIsLostInTheBulkQueue() async throws {
        try await onLoop { loop in
            let first = try PipeProbe(on: loop)
            let second = try PipeProbe(on: loop)
            for probe in [first, second] {
                if let registration = probe.registration { loop.setBulk(registration, true) }
                probe.ring()
            }
            // While the second waits in the bulk queue, its writer goes.
            first.onReady = { second.endWriting() }
            await loop.turns(4)
            #expect(first.told == [.readable])
            // A process that another test starts may hold a copy of the writer for a moment.
            while second.told.allSatisfy({ $0.isDisjoint(with: .broken) }) { await loop.turns(1) }
            #expect(second.told.first?.contains(.readable) == true)
            for probe in [first, second] { probe.leave() }
        }
    }

    @Test func whoMovesLittleAgainIsToldAtOnce() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            let busy = try PipeProbe(on: loop)
            guard let registration = probe.registration, let other = busy.registration else { return }
            busy.onReady = { loop.yield(other) }
            for isBulk in [true, false] { loop.setBulk(registration, isBulk) }
            var toldBefore: Int?
            probe.onReady = { toldBefore = busy.told.count }
            busy.ring()
            probe.ring()
            await loop.turns(1)
            #expect(toldBefore ?? 2 <= 1)
            busy.leave()
            probe.leave()
        }
    }

    @Test func jobsThatEnqueueJobsDoNotKeepReadinessWaiting() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            probe.ring()
            var turns = 0
            while probe.told.isEmpty, turns < 100 {
                await loop.turns(1)
                turns += 1
            }
            #expect(turns == 1, "a job enqueued by a job runs in the next turn, after the events")
            probe.leave()
        }
    }

    @Test func whatIsReadyDoesNotWaitForACrowdOfJobs() async throws {
        try await onLoop { loop in
            let probe = try PipeProbe(on: loop)
            let crowd = Crowd(probe)
            for _ in 0..<50 { Task(executorPreference: loop) { crowd.work() } }
            probe.onReady = { crowd.doneWhenTold = crowd.done }
            while crowd.done < 50 { await loop.turns(1) }
            #expect(crowd.doneWhenTold == 1)
            probe.leave()
            // The two hold each other.
            probe.onReady = {}
        }
    }

    @Test func manyDescriptorsInOneBatchAreAllTold() async throws {
        try await onLoop { loop in
            let probes = try (0..<150).map { _ in try PipeProbe(on: loop) }
            for probe in probes { probe.ring() }
            await loop.turns(6)
            #expect(probes.allSatisfy { $0.told.count == 1 })
            for probe in probes { probe.leave() }
        }
    }

    // MARK: Mistakes of ours

    @Test func registeringTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            let pipe = try Pipe(capacity: 4_096)
            for _ in 0..<2 { _ = try loop.register(pipe.output.number, handler: Listener()) }
        }
    }

    @Test func usingARegistrationAfterItsEndTraps() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            let pipe = try Pipe(capacity: 4_096)
            let registration = try loop.register(pipe.output.number, handler: Listener())
            loop.deregister(registration)
            loop.yield(registration)
        }
    }
}

/// Jobs that take long, the first of which makes a descriptor ready. All on one loop's thread.
private final class Crowd: @unchecked Sendable {
    var done = 0
    var doneWhenTold: Int?
    private let probe: PipeProbe

    init(_ probe: PipeProbe) {
        self.probe = probe
    }

    func work() {
        if done == 0 { probe.ring() }
        let end = Instant.now() + .milliseconds(1)
        while Instant.now() < end {}
        done += 1
    }
}
