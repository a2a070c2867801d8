import FoundationEssentials
import ProxyCore

/// The process that takes this one's place: the program that stands now where this one was started from, with the same arguments
/// and environment.
///
/// Lives on the loop's thread.
final class Successor {
    /// The kernel's number of the process.
    var id: Int32 { child.id }

    private let child: ChildProcess
    private let channel: HandoverChannel

    /// Starts it, with the listening sockets of these numbers.
    init(clients: Int32, operators: Int32, on loop: EventLoop) throws(HandoverFailure) {
        do throws(Errno) {
            let pair = try SocketPair()
            var environment = ProcessInfo.processInfo.environment
            let far = pair.far.number
            environment[PassedSockets.handoverVariable] = PassedSockets.text(
                clients: clients,
                operators: operators,
                predecessor: far
            )
            child = try ChildProcess(
                CommandLine.arguments,
                environment: environment,
                keeping: [clients, operators, far]
            )
            channel = try HandoverChannel(over: pair.intoNear(), on: loop)
        } catch {
            throw .notStarted
        }
    }

    /// Waits until it has said a word.
    func hear(_ word: HandoverWord, by deadline: Instant) async throws(HandoverFailure) {
        do throws(StreamError) {
            guard let line = try await channel.next(by: deadline), HandoverWord(line) == word else {
                throw StreamError.ended
            }
        } catch {
            throw HandoverFailure(error)
        }
    }

    /// Tells it something.
    func tell(_ lines: [JSONValue]) async throws(HandoverFailure) {
        do throws(StreamError) { try await channel.send(lines) } catch { throw HandoverFailure(error) }
    }

    /// Tells it something when there is room.
    func post(_ line: JSONValue) async { await channel.post(line) }

    /// What it tells once it has this one's place; nil when there is no more.
    func next() async -> JSONValue? { try? await channel.next() }

    /// Kills it: it has not taken over.
    func end() {
        // Killed first: one that hears that this process has gone would take the place.
        child.end()
        channel.close()
    }

    /// Hears no more of it, nor tells it anything.
    func leave() { channel.close() }
}
