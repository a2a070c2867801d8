/// Which web pages may open a connection: none, unless listed. Browsers send `Origin` with every handshake a page starts
/// (RFC 6455 section 10.2), and automation clients send none.
public struct OriginPolicy: Sendable {
    private let allowed: [[UInt8]]

    /// A policy that allows `origins`, each as a browser sends it (`https://example.com`, `devtools://devtools`).
    public init(allowing origins: [String] = []) { allowed = origins.map { Array($0.utf8) } }

    /// Refuses a handshake that carries an `Origin` which is not listed, or two.
    public func check(_ fields: FieldSection) throws(CredentialRejection) {
        guard let origin = fields.first(of: .origin) else { return }
        guard fields.count(of: .origin) == 1, allowed.contains(where: { origin.elementsEqual($0) }) else {
            throw .origin
        }
    }
}
