/// What the service promises, for programs: the OpenAPI 3.1 document beside this file, as it is built in.
enum OpenAPIDocument {
    /// The document as JSON text.
    static let text: [UInt8] = PackageResources.openapi_json
}
