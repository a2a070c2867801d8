import ProxyCore

/// Why a download is not handed out.
enum DownloadRefusal: String, Error, Sendable, CaseIterable {
    /// There is none of that id, or it is another credential's.
    case missing = "download_missing"
    /// Chrome is still writing it.
    case unfinished = "download_unfinished"
    /// As many are being sent as may be at a time.
    case busy = "download_limit"
    /// The folder cannot be read.
    case unreadable = "downloads_unreadable"

    /// The answer.
    var answer: RefusalAnswer {
        switch self {
        case .missing:
            RefusalAnswer(
                .notFound,
                rawValue,
                "there is no such download of this credential; GET /downloads lists them"
            )
        case .unfinished:
            RefusalAnswer(.conflict, rawValue, "the download is not finished", field: ("Retry-After", "1"))
        case .busy:
            RefusalAnswer(.serviceUnavailable, rawValue, "too many downloads at a time", field: ("Retry-After", "5"))
        case .unreadable:
            RefusalAnswer(.internalServerError, rawValue, "the folder of downloads cannot be read; see the proxy's log")
        }
    }
}
