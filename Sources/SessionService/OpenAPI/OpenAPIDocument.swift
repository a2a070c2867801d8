/// The service's OpenAPI 3.1 document, built into the program from `openapi.json`.
enum OpenAPIDocument {
    /// The document as JSON text.
    static let text: [UInt8] = PackageResources.openapi_json
}
