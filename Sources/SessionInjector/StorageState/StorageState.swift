public import ProxyCore

/// A Playwright `storageState`: cookies, and per origin its localStorage and IndexedDB.
///
/// The document is kept as it was written, so that what this version knows nothing of (`credentials`, `opfs`, a
/// cookie's extra fields) survives being stored and exported; the properties show what gets injected.
public struct StorageState: Sendable, Equatable {
    /// The whole document.
    public let document: JSONValue
    /// The members of `cookies`, unchecked: `CookieParameter` says of each whether a browser can take it.
    public let cookies: [JSONObject]
    /// The members of `origins`.
    public let origins: [StoredOrigin]

    /// Reads a state from JSON in UTF-8. Of a repeated name the last one counts, as for Python and Chrome; deeper than
    /// 512 levels is refused.
    public init(parsing bytes: [UInt8]) throws(StorageStateError) {
        let document: JSONValue
        do throws(JSONError) {
            let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
            document = try JSONValue.parse(bytes, options: options)
        } catch {
            throw .notJSON(error)
        }
        try self.init(document)
    }

    /// Reads a state from its document. A missing `cookies` or `origins` is an empty one, as in Playwright. These two must
    /// be lists of objects; whatever else is not as it should be costs only itself.
    public init(_ document: JSONValue) throws(StorageStateError) {
        guard document.objectValue != nil else { throw .notStorageState }
        self.document = document
        cookies = try Self.objects(document["cookies"], at: "cookies")
        origins = try Self.objects(document["origins"], at: "origins").map(StoredOrigin.init)
    }

    /// Whether it says nothing of cookies or origins, not even that there are none: perhaps it is no state at all.
    public var isBare: Bool { document["cookies"] == nil && document["origins"] == nil }

    /// The document as JSON in UTF-8.
    public func serialized() -> [UInt8] { document.serialized() }

    /// An array of objects; an absent one or null is empty.
    static func objects(_ value: JSONValue?, at path: String) throws(StorageStateError) -> [JSONObject] {
        guard let value, !value.isNull else { return [] }
        guard let elements = value.arrayValue else { throw .unexpectedType(path: path, expected: "an array") }
        var objects: [JSONObject] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else {
                throw .unexpectedType(path: "\(path)[\(index)]", expected: "an object")
            }
            objects.append(object)
        }
        return objects
    }
}
