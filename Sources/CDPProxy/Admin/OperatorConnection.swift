import ProxyCore

/// An operator's connection: one request, read, guarded and answered.
struct OperatorConnection {
    /// The operator's bytes.
    let stream: TCPStream
    /// What its answer and its log lines are known by.
    let id: RequestID
    /// When its request must have come whole.
    let deadline: Instant
    /// What answers it.
    let desk: OperatorDesk

    /// Whether all depends on the operator: none of its bytes wait to be taken.
    var isSilent: Bool { stream.isAwaitingBytes }

    /// Serves the operator and closes.
    func run() async {
        do throws(RequestRefusal) {
            let asked = try await RequestReader.readWhole(from: stream, by: deadline) { AdminRoute($0) == .revoke }
            await send(await desk.answer(to: asked.head, asked.body, id), isHead: asked.head.method == .head)
        } catch {
            guard let answer = error.response(to: id) else { return stream.close() }
            await send(answer, isHead: false)
        }
    }

    private func send(_ answer: HTTPResponse, isHead: Bool) async {
        await stream.sendLast(answer.serialized(isHead: isHead), peerMayBeSending: true)
    }
}
