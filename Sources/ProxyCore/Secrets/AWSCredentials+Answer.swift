extension AWSCredentials {
    /// Reads the JSON that the container endpoint and the instance metadata answer with; nil when it lacks something
    /// or says that it failed.
    ///
    /// Without an `Expiration`, or with an empty one, they do not end; only such ones may be without a `Token`.
    public init?(answer: [UInt8]) {
        guard let value = try? JSONValue.parse(answer, options: JSONParsingOptions(duplicateNames: .refuse)) else {
            return nil
        }
        if let code = value["Code"]?.stringValue, code != "Success" { return nil }
        guard let id = value["AccessKeyId"]?.stringValue, !id.isEmpty, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let key = value["SecretAccessKey"]?.stringValue, !key.isEmpty,
            let token = Self.text("Token", in: value), token.isEmpty || Self.isHeaderValue(token),
            let expiration = Self.text("Expiration", in: value)
        else { return nil }
        let end = Timestamp(rfc3339: expiration)
        guard end != nil || expiration.isEmpty, !token.isEmpty || end == nil else { return nil }
        self.init(
            accessKeyID: id,
            secretAccessKey: SecretBytes(utf8: key),
            sessionToken: token.isEmpty ? nil : SecretBytes(utf8: token),
            expiration: end
        )
    }

    /// The text called `name`, empty when it is absent or `null`; nil for anything but text.
    private static func text(_ name: String, in value: JSONValue) -> String? {
        guard let member = value[name], member != .null else { return "" }
        return member.stringValue
    }
}
