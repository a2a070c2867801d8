import HTTPTypes
import Hummingbird
import ProxyCore

extension Response {
    /// An answer with a JSON body.
    init(json value: JSONValue, status: HTTPResponse.Status = .ok) {
        self.init(jsonText: value.serialized(), status: status)
    }

    /// An answer whose body is JSON text. `no-store` keeps caches from storing it, because each answer belongs to one
    /// user.
    init(jsonText text: [UInt8], status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: text))
        )
    }
}
