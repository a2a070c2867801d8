import CCurl

/// One request on its way: libcurl's easy handle, and the part of the answer that has arrived.
///
/// `@safe`: owns the handle and its list of fields from `init` to `deinit`; the multi handle must have let go of it by
/// then. The continuation is taken out before it is resumed.
@safe final class HTTPSTransfer {
    /// How the outcome is waited for.
    typealias Continuation = UnsafeContinuation<Result<HTTPSResponse, HTTPSFailure>, Never>

    /// libcurl's handle.
    let easy: OpaquePointer
    /// Resumed with the outcome.
    var continuation: Continuation?

    private var fields: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private let bodyLimit: Int
    private var isTooLong = false
    private var date: Timestamp?

    /// Prepares a request; nothing is sent yet.
    init(_ request: HTTPSRequest) throws(HTTPSFailure) {
        guard let easy = unsafe ccurl_easy_init() else { throw HTTPSFailure(CURLE_OUT_OF_MEMORY) }
        unsafe self.easy = easy
        bodyLimit = request.bodyLimit
        let isPrepared =
            prepareConnection(request) && prepareFields(request) && prepareBody(request) && prepareSignature(request)
        guard isPrepared else { throw HTTPSFailure(CURLE_BAD_FUNCTION_ARGUMENT) }
    }

    deinit {
        unsafe ccurl_easy_cleanup(easy)
        unsafe ccurl_slist_free_all(fields)
    }

    /// What a finished transfer came to.
    func outcome(_ code: CURLcode) -> Result<HTTPSResponse, HTTPSFailure> {
        var status = 0
        guard code == CURLE_OK, unsafe ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK else {
            return .failure(isTooLong ? .tooLong : HTTPSFailure(code))
        }
        return .success(HTTPSResponse(status: status, body: body, date: date))
    }

    // MARK: Preparing

    private func prepareConnection(_ request: HTTPSRequest) -> Bool {
        let milliseconds = Int(request.deadline / .milliseconds(1))
        return set(CURLOPT_URL, request.url.text)
            && set(CURLOPT_PROTOCOLS_STR, "http,https")
            && set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            && set(CURLOPT_FOLLOWLOCATION, 0)
            && set(CURLOPT_SSL_VERIFYPEER, 1) && set(CURLOPT_SSL_VERIFYHOST, 2)
            && (request.authorities.map { set(CURLOPT_CAINFO, $0) } ?? true)
            && (request.usesProxy || set(CURLOPT_NOPROXY, "*"))
            // No signals: they belong to the process.
            && set(CURLOPT_NOSIGNAL, 1)
            // A look-up that hangs is left to its thread when the deadline passes; waiting for it would stop the loop.
            && set(CURLOPT_QUICK_EXIT, 1)
            && set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 2000)) && set(CURLOPT_TIMEOUT_MS, milliseconds)
            && prepareAnswer()
    }

    private func prepareAnswer() -> Bool {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        return unsafe ccurl_set_write_function(easy, Self.receiveBody) == CURLE_OK
            && ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context) == CURLE_OK
            && ccurl_set_header_function(easy, Self.receiveField) == CURLE_OK
            && ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context) == CURLE_OK
    }

    private func prepareFields(_ request: HTTPSRequest) -> Bool {
        var all = request.fields
        if let token = request.signature?.credentials.sessionToken {
            all.append((name: "X-Amz-Security-Token", value: token.revealText()))
        }
        for field in all {
            guard AWSCredentials.isHeaderValue(field.value) else { return false }
            guard let longer = unsafe ccurl_slist_append(fields, "\(field.name): \(field.value)") else { return false }
            unsafe fields = longer
        }
        return unsafe fields == nil || ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, fields) == CURLE_OK
    }

    private func prepareBody(_ request: HTTPSRequest) -> Bool {
        if let body = request.body {
            // The size first: without it libcurl would look for a NUL.
            let isSet = unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)) == CURLE_OK
            let isCopied = unsafe body.withUnsafeBytes { bytes in
                unsafe ccurl_set_pointer(
                    easy,
                    CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                ) == CURLE_OK
            }
            guard isSet, isCopied else { return false }
        }
        return set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    /// libcurl signs (SigV4) as it sends, with a date of its own: a date set here would be sent beside it.
    private func prepareSignature(_ request: HTTPSRequest) -> Bool {
        guard let signature = request.signature else { return true }
        // User name and password apart: as one text, a colon in the name would cut it short.
        return set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
            && set(CURLOPT_USERNAME, signature.credentials.accessKeyID)
            && set(CURLOPT_PASSWORD, signature.credentials.secretAccessKey.revealText())
    }

    private func set(_ option: CURLoption, _ number: Int) -> Bool {
        unsafe ccurl_set_long(easy, option, number) == CURLE_OK
    }

    /// libcurl copies the text.
    private func set(_ option: CURLoption, _ text: String) -> Bool {
        unsafe ccurl_set_text(easy, option, text) == CURLE_OK
    }

    // MARK: The answer

    /// A function that libcurl hands received bytes to. It answers how many it took; any other count than the one it was
    /// given ends the transfer.
    private typealias Receiver =
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

    /// Receives a part of the body.
    private static let receiveBody: Receiver = { start, size, count, context in
        unsafe received(start, size * count, context) { unsafe $0.appendToBody($1) }
    }

    /// Receives one line of a head with its end.
    private static let receiveField: Receiver = { start, size, count, context in
        unsafe received(start, size * count, context) { unsafe $0.readField($1) }
    }

    /// Gives received bytes to the transfer that `context` is, and answers libcurl with their count when it takes them.
    private static func received(
        _ start: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        _ take: (HTTPSTransfer, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let start = unsafe start, let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<HTTPSTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe take(transfer, UnsafeRawBufferPointer(start: start, count: count)) ? count : -1
    }

    /// Keeps a part of the body, unless the whole is longer than the request allows.
    private func appendToBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isTooLong = body.count + bytes.count > bodyLimit
        if !isTooLong { unsafe body.append(contentsOf: bytes) }
        return !isTooLong
    }

    /// Keeps what the server's clock says.
    private func readField(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        // The head of a proxy, or of a 100, comes before the one that counts.
        if line.hasPrefix("HTTP/") { date = nil }
        guard line.prefix(5).lowercased() == "date:" else { return true }
        let value = line.dropFirst(5).drop { $0.isWhitespace }.prefix { !$0.isNewline }
        date = Timestamp(httpDate: String(value))
        return true
    }
}

extension HTTPSFailure {
    /// What one of libcurl's results means.
    init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unresolved
        case CURLE_COULDNT_CONNECT: self = .unconnected
        case CURLE_OPERATION_TIMEDOUT: self = .deadline
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER:
            self = .untrusted
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            self = .malformed
        default: self = .other(Int32(truncatingIfNeeded: code.rawValue))
        }
    }
}
