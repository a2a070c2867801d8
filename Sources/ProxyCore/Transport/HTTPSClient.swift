import CCurl
import Glibc

/// Requests to services on the network, by libcurl's multi interface driven by our loop: libcurl says which sockets and
/// which moment it waits for, the loop tells it when they have come, and nothing blocks (names are looked up on a thread
/// of libcurl's).
///
/// TLS certificates are verified, redirects are not followed, and only `http` and `https` are spoken. Lives on the
/// loop's thread; must be closed, since the loop retains its sockets until then.
///
/// `@safe`: the multi handle lives from `init` to ``close()``; the context that libcurl hands back is this object, which
/// outlives the handle; a transfer stands in `transfers` as long as libcurl knows it.
@safe public final class HTTPSClient {
    private let loop: EventLoop
    private var multi: OpaquePointer?
    private var sockets: [Int32: HTTPSClientSocket] = [:]
    private var transfers: [UInt: HTTPSTransfer] = [:]
    private var timer: LoopTimer?

    /// A client without connections.
    public init(on loop: EventLoop) {
        self.loop = loop
        guard Self.isLoaded, let multi = unsafe ccurl_multi_init() else { return }
        unsafe self.multi = multi
        timer = LoopTimer { [unowned self] in self.act(on: CURL_SOCKET_TIMEOUT, events: 0) }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe ccurl_multi_set_socket_function(multi, Self.watch, context)
        _ = unsafe ccurl_multi_set_timer_function(multi, Self.schedule, context)
    }

    deinit {
        precondition(unsafe multi == nil, "an HTTPS client is closed before it goes")
    }

    /// Whether libcurl is here: loaded with the first client of the process, since a proxy with a fixed key needs none.
    private static let isLoaded = ccurl_load()

    /// Sends a request and waits for the whole answer.
    public func send(_ request: HTTPSRequest) async throws(HTTPSFailure) -> HTTPSResponse {
        guard Self.isLoaded else { throw .noLibrary }
        let transfer = try HTTPSTransfer(request)
        let result = await unsafe withUnsafeContinuation { (continuation: HTTPSTransfer.Continuation) in
            // Checked here and not before: other jobs may run on the way into this closure.
            guard let multi = unsafe multi else { return unsafe continuation.resume(returning: .failure(.closed)) }
            unsafe transfer.continuation = continuation
            unsafe transfers[UInt(bitPattern: transfer.easy)] = transfer
            let code = unsafe ccurl_multi_add_handle(multi, transfer.easy)
            if code != CURLM_OK { finish(transfer, .failure(.other(code.rawValue))) }
        }
        return try result.get()
    }

    /// Ends all transfers and connections. It may be called again.
    public func close() {
        guard let multi = unsafe multi else { return }
        for transfer in transfers.values {
            _ = unsafe ccurl_multi_remove_handle(multi, transfer.easy)
            finish(transfer, .failure(.closed))
        }
        // Tells of each socket it closes.
        _ = unsafe ccurl_multi_cleanup(multi)
        unsafe self.multi = nil
        for number in sockets.keys { forget(number) }
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: What libcurl asks of the loop

    private static let watch: curl_socket_callback = { _, number, what, context, _ in
        guard let context = unsafe context else { return -1 }
        let client = unsafe Unmanaged<HTTPSClient>.fromOpaque(context).takeUnretainedValue()
        return client.watch(number, what)
    }

    private static let schedule: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return -1 }
        unsafe Unmanaged<HTTPSClient>.fromOpaque(context).takeUnretainedValue().schedule(in: milliseconds)
        return 0
    }

    /// Watches a socket for the readiness that libcurl names, or stops watching it.
    private func watch(_ number: Int32, _ what: Int32) -> Int32 {
        var readiness: Readiness = []
        if what & CURL_POLL_IN != 0 { readiness.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { readiness.insert(.writable) }
        guard what != CURL_POLL_REMOVE else {
            forget(number)
            return 0
        }
        do throws(Errno) {
            if let socket = sockets[number] {
                try loop.watch(socket.registration, for: readiness)
            } else {
                sockets[number] = try HTTPSClientSocket(number, of: self, on: loop, readiness)
            }
            return 0
        } catch {
            return -1
        }
    }

    private func forget(_ number: Int32) {
        guard let socket = sockets.removeValue(forKey: number) else { return }
        loop.deregister(socket.registration)
    }

    private func schedule(in milliseconds: Int) {
        guard let timer else { return }
        if milliseconds < 0 {
            loop.cancel(timer)
        } else {
            loop.schedule(timer, at: .now() + .milliseconds(milliseconds))
        }
    }

    // MARK: What the loop tells libcurl

    /// Lets libcurl go on with a socket, or with what its timer was for.
    fileprivate func act(on number: Int32, events: Int32) {
        guard let multi = unsafe multi else { return }
        var running: Int32 = 0
        _ = unsafe ccurl_multi_socket_action(multi, number, events, &running)
        var code = CURLE_OK
        while let easy = unsafe ccurl_multi_next_done(multi, &code) {
            _ = unsafe ccurl_multi_remove_handle(multi, easy)
            guard let transfer = transfers[UInt(bitPattern: easy)] else { continue }
            finish(transfer, transfer.outcome(code))
        }
    }

    private func finish(_ transfer: HTTPSTransfer, _ result: Result<HTTPSResponse, HTTPSFailure>) {
        unsafe transfers[UInt(bitPattern: transfer.easy)] = nil
        let continuation = unsafe transfer.continuation
        unsafe transfer.continuation = nil
        unsafe continuation?.resume(returning: result)
    }
}

/// One of libcurl's sockets, registered with the loop.
///
/// The registered descriptor is a duplicate: libcurl (7.88 at least) closes a socket that it could not connect before it says
/// so, and by then the number may be another descriptor's, which the loop must not be asked about.
private final class HTTPSClientSocket: ReadinessHandler {
    private let number: Int32
    private let duplicate: Descriptor
    private unowned let client: HTTPSClient
    private var held: Registration?

    /// Watches a socket that libcurl owns.
    init(_ number: Int32, of client: HTTPSClient, on loop: EventLoop, _ readiness: Readiness) throws(Errno) {
        self.number = number
        self.client = client
        duplicate = Descriptor(owning: try checked { fcntl(number, F_DUPFD_CLOEXEC, 0) })
        super.init()
        held = try loop.register(duplicate.number, handler: self, levelTriggered: readiness)
    }

    /// The socket's place in the loop.
    var registration: Registration {
        guard let held else { preconditionFailure("registered when it is made") }
        return held
    }

    /// Tells libcurl.
    override func ready(_ readiness: Readiness, tag: UInt8) {
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if !readiness.isDisjoint(with: .broken) { events |= CURL_CSELECT_ERR }
        client.act(on: number, events: events)
    }
}
