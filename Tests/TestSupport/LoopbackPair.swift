public import ProxyCore

/// A TCP connection over loopback with both ends on one loop.
public struct LoopbackPair {
    /// The end that connected.
    public let near: TCPStream
    /// The end that was accepted.
    public let far: TCPStream

    /// Connects the two ends.
    public init(on loop: EventLoop) async throws {
        let listener = try LoopbackListener(on: loop)
        defer { listener.close() }
        near = try await listener.connect()
        far = try await listener.accept()
    }
}

/// A listener on a port that the kernel chooses. The test accepts its connections one by one.
///
/// It lives on the loop's thread and must be closed.
@safe public final class LoopbackListener {
    private let loop: EventLoop
    private var listener: TCPListener?
    private var accepted: [TCPStream] = []
    private var waiting: UnsafeContinuation<Void, Never>?

    /// Listens on 127.0.0.1.
    public init(on loop: EventLoop) throws {
        self.loop = loop
        guard let address = SocketAddress(host: "127.0.0.1", port: 0) else { throw Errno.invalidArgument }
        listener = try TCPListener(at: address, on: loop) { [unowned self] socket, peer in
            if let stream = try? TCPStream(owning: socket, peer: peer, on: loop) { accepted.append(stream) }
            wake()
        }
    }

    /// The address it listens at.
    public var address: SocketAddress? { listener?.address }

    /// Connects to it.
    public func connect() async throws -> TCPStream {
        guard let address else { throw StreamError.closed }
        let stream = try await TCPStream.connect(to: address, on: loop, deadline: loop.now + .seconds(20))
        stream.setDeadline(nil)
        return stream
    }

    /// The next connection.
    public func accept() async throws -> TCPStream {
        while accepted.isEmpty, listener != nil {
            await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                // Check inside the closure: other code may have run before it.
                guard accepted.isEmpty, listener != nil else { return unsafe continuation.resume() }
                unsafe waiting = continuation
            }
        }
        guard !accepted.isEmpty else { throw StreamError.closed }
        return accepted.removeFirst()
    }

    /// Stops listening, and closes the connections that were not accepted.
    public func close() {
        listener?.close()
        listener = nil
        for stream in accepted { stream.close() }
        accepted = []
        wake()
    }

    private func wake() {
        guard let continuation = unsafe waiting else { return }
        unsafe waiting = nil
        unsafe continuation.resume()
    }
}
