/// Which secret in AWS Secrets Manager holds the signing key, where it is asked for, and with which credentials.
public struct SecretLocation: Sendable {
    /// The secret's ARN or name.
    public let id: String
    /// The region requests are signed for.
    public let region: String
    /// Where Secrets Manager is.
    public let endpoint: EndpointURL
    /// Where the credentials come from.
    public let credentials: AWSCredentialSource
    /// A PEM file of certificate authorities to trust in place of the system's.
    public let authorities: String?

    /// This secret.
    public init(
        id: String,
        region: String,
        endpoint: EndpointURL,
        credentials: AWSCredentialSource,
        authorities: String? = nil
    ) {
        self.id = id
        self.region = region
        self.endpoint = endpoint
        self.credentials = credentials
        self.authorities = authorities
    }

    /// The region that a secret's ARN names (`arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME`).
    public static func region(inARN text: String) -> String? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "secretsmanager", isRegion(String(parts[3])) else {
            return nil
        }
        return String(parts[3])
    }

    /// Secrets Manager's address in a region, China's under its own domain.
    public static func endpoint(inRegion region: String) -> EndpointURL? {
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return isRegion(region) ? EndpointURL("https://secretsmanager.\(region).\(domain)/") : nil
    }

    /// Whether `text` can be a region: lower-case letters, digits and hyphens. It becomes part of a host name.
    public static func isRegion(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
