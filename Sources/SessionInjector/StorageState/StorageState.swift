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
    /// 512 levels is refused. A missing `cookies` or `origins` is an empty one, but not both.
    public init(parsing bytes: [UInt8]) throws(StorageStateError) {
        do throws(JSONError) {
            let options = JSONParsingOptions(duplicateNames: .lastWins, maximumDepth: 512)
            document = try JSONValue.parse(bytes, options: options)
        } catch {
            throw .notJSON(error)
        }
        guard document["cookies"] != nil || document["origins"] != nil else { throw .notStorageState }
        cookies = try Self.objects(document["cookies"], at: "cookies")
        var origins: [StoredOrigin] = []
        for (index, member) in try Self.objects(document["origins"], at: "origins").enumerated() {
            origins.append(try StoredOrigin(member, at: "origins[\(index)]"))
        }
        self.origins = origins
    }

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

/// What a storage state holds of one origin.
public struct StoredOrigin: Sendable, Equatable {
    /// One item of localStorage. Both strings may hold lone surrogates: pages store such things.
    public struct Item: Sendable, Equatable {
        /// The key.
        public let name: JSONString
        /// The value.
        public let value: JSONString
    }

    /// The origin as written; `WebOrigin` says whether it is one.
    public let origin: String
    /// The items of localStorage, in order.
    public let localStorage: [Item]
    /// The databases as Playwright writes them, unchecked; nil when the state says nothing of IndexedDB.
    public let indexedDB: [JSONObject]?

    init(_ object: JSONObject, at path: String) throws(StorageStateError) {
        guard let origin = object["origin"]?.stringValue else {
            throw .unexpectedType(path: "\(path).origin", expected: "a string")
        }
        self.origin = origin
        var items: [Item] = []
        for (index, item) in try StorageState.objects(object["localStorage"], at: "\(path).localStorage").enumerated() {
            guard case .string(let name) = item["name"] else {
                throw .unexpectedType(path: "\(path).localStorage[\(index)].name", expected: "a string")
            }
            guard case .string(let value) = item["value"] else {
                throw .unexpectedType(path: "\(path).localStorage[\(index)].value", expected: "a string")
            }
            items.append(Item(name: name, value: value))
        }
        localStorage = items
        let databases = object["indexedDB"]
        indexedDB = databases == nil ? nil : try StorageState.objects(databases, at: "\(path).indexedDB")
    }
}
