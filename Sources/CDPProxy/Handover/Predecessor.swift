import ProxyCore

/// The process whose place this one takes.
///
/// Lives on the loop's thread.
final class Predecessor {
    private let channel: HandoverChannel

    /// The process at the other end of a socket that it passed.
    init(at number: Int32, on loop: EventLoop) throws(StartError) {
        guard let socket = Descriptor.passed(at: number), let channel = try? HandoverChannel(over: socket, on: loop)
        else {
            let fault = "descriptor \(number) is no socket to the running proxy"
            throw StartError(description: "\(PassedSockets.handoverVariable): \(fault).")
        }
        self.channel = channel
    }

    /// Takes over: gives what it tells to `take`, which says whether it could be taken up. False when it did not go on to the end,
    /// because this process does not understand it, or it has gone; in the latter case its place is free all the same.
    func takeOver(_ take: (JSONValue) -> Bool) async throws(StartError) {
        do throws(StreamError) {
            try await channel.send([HandoverWord.ready.line])
            while let line = try await channel.next() {
                switch HandoverWord(line) {
                case nil:
                    guard take(line) else {
                        throw StreamError.system(.protocolError)
                    }
                case .told: try await channel.send([HandoverWord.taken.line])
                case .go: return
                case .ready, .taken: throw StreamError.system(.protocolError)
                }
            }
        } catch .system(.protocolError) {
            throw StartError(
                description: "\(PassedSockets.handoverVariable): the running proxy says what this one cannot read."
            )
        } catch {
            // The running proxy has gone, so its place is free.
        }
    }

    /// Tells it something when there is room.
    func post(_ line: JSONValue) async { await channel.post(line) }

    /// What it tells while it drains; nil once it has gone.
    func next() async -> JSONValue? { try? await channel.next() }

    /// Hears no more of it.
    func leave() { channel.close() }
}
