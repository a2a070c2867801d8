import Glibc
import Synchronization

/// A small HTTP server on a loopback port, on a thread of its own. It records each request and sends the test's answer,
/// one connection after another.
public final class ScriptedHTTPServer: Sendable {
    /// A received request.
    public struct Request: Sendable {
        /// The request line, such as `GET /path HTTP/1.1`.
        public let line: String
        /// The fields, with names in lower case.
        public let fields: [String: String]
        /// The body.
        public let body: String
    }

    /// The reaction to a request.
    public enum Answer: Sendable {
        /// Answers with a status and a body.
        case respond(Int, String)
        /// Sends these bytes and closes.
        case raw(String)
        /// Sends nothing and keeps the connection open.
        case hang
    }

    private let listener: Int32
    private let answer: @Sendable (Request, Int) -> Answer
    private let received = Mutex<[Request]>([])
    /// The port it listens on.
    public let port: UInt16

    /// Starts the server. `answer` gets each request and its number, counted from 0.
    public init(_ answer: @escaping @Sendable (Request, Int) -> Answer) {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                precondition(unsafe bind(descriptor, general, length) == 0 && listen(descriptor, 16) == 0)
                precondition(unsafe getsockname(descriptor, general, &length) == 0)
            }
        }
        port = address.sin_port.bigEndian
        start()
    }

    /// The requests so far.
    public var requests: [Request] { received.withLock { $0 } }

    /// Stops the server. Call it once, at the end of the test.
    public func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
    }

    private func start() {
        var thread = pthread_t()
        let retained = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ScriptedHTTPServer>.fromOpaque(argument).takeRetainedValue().serve()
                return nil
            },
            retained.toOpaque()
        )
        precondition(code == 0, "no thread for the server")
        _ = pthread_detach(thread)
    }

    private func serve() {
        var held: [Int32] = []
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            if let request = Self.read(from: connection), case .hang = reply(to: request, on: connection) {
                held.append(connection)
            } else {
                _ = close(connection)
            }
        }
        for descriptor in held + [listener] { _ = close(descriptor) }
    }

    private func reply(to request: Request, on connection: Int32) -> Answer {
        let number = received.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        let answer = answer(request, number)
        switch answer {
        case .respond(let status, let body):
            let head = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
            Self.send(head + body, to: connection)
        case .raw(let text): Self.send(text, to: connection)
        case .hang: break
        }
        return answer
    }

    private static func send(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    connection,
                    buffer.baseAddress?.advanced(by: sent),
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(from connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let request = parse(bytes) { return request }
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Request? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let name = line.prefix { $0 != ":" }
            fields[name.lowercased()] = String(line[name.endIndex...].dropFirst().drop { $0 == " " })
        }
        let body = bytes[end.upperBound...]
        guard body.count >= fields["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
        return Request(line: String(lines.first ?? ""), fields: fields, body: String(decoding: body, as: UTF8.self))
    }
}
