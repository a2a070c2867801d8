public import ProxyCore

/// A Playwright `storageState`: cookies, and the localStorage and IndexedDB of each origin.
///
/// The document is kept as it was written, so that fields unknown to this version (`credentials`, `opfs`, a cookie's
/// extra fields) survive storing and exporting. The properties are the parts that are injected.
public struct StorageState: Sendable, Equatable {
    /// The whole document.
    public let document: JSONValue
    /// The elements of `cookies`, unchecked: `CookieParameter` tells whether a browser can take one.
    public let cookies: [JSONObject]
    /// The elements of `origins`.
    public let origins: [StoredOrigin]

    /// Reads a state from JSON in UTF-8. The last of repeated names wins, as in Python and Chrome. More than 512 levels
    /// are refused.
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

    /// Reads a state from its document. A missing `cookies` or `origins` is empty, as in Playwright. Both must be lists
    /// of objects. Any other fault costs only the part that has it.
    public init(_ document: JSONValue) throws(StorageStateError) {
        guard document.objectValue != nil else { throw .notStorageState }
        self.document = document
        cookies = try Self.objects(document["cookies"], at: "cookies")
        origins = try Self.objects(document["origins"], at: "origins").map(StoredOrigin.init)
    }

    /// Whether the document has neither `cookies` nor `origins`, and so may not be a state at all.
    public var isBare: Bool { document["cookies"] == nil && document["origins"] == nil }

    /// The document as JSON in UTF-8.
    public func serialized() -> [UInt8] { document.serialized() }

    /// The array of objects at `path`; empty when absent or null.
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
