/// The signing key inside of a secret's text.
public enum SigningKeyText {
    /// The key in a `SecretString`: `{"algorithm":"HS256","signingKey":"…"}`, or the whole text.
    ///
    /// Its UTF-8 bytes are taken untouched. Text that sets out to be a JSON object, array or string is JSON or nothing:
    /// were a damaged one taken as the key itself, whoever knows the shape could guess most of it.
    public static func key(in secretString: String) throws(UnusableSecret) -> SecretBytes {
        let first = secretString.utf8.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        if let first, [UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\"")].contains(first) {
            return try checked(keyInJSON(secretString))
        }
        return try checked(secretString)
    }

    private static func checked(_ text: String) throws(UnusableSecret) -> SecretBytes {
        guard text.utf8.count >= SigningKey.minimumByteCount else { throw .tooShort }
        return SecretBytes(utf8: text)
    }

    private static func keyInJSON(_ text: String) throws(UnusableSecret) -> String {
        let value: JSONValue
        do { value = try JSONValue.parse(text: text) } catch { throw .malformedJSON }
        if let algorithm = value["algorithm"], algorithm.stringValue != "HS256" { throw .otherAlgorithm }
        guard let key = value["signingKey"]?.stringValue else { throw .noSigningKey }
        return key
    }
}
