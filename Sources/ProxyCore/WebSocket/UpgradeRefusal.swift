/// Why a request for a WebSocket is refused (RFC 6455 sections 4.2.1 and 4.4).
///
/// The raw value is the label for logs.
public enum UpgradeRefusal: String, Error, Sendable, CaseIterable {
    case methodNotGet = "upgrade_method_not_get"
    case versionHTTP10 = "upgrade_in_http10"
    case upgradeMissing = "upgrade_missing"
    case connectionMissing = "upgrade_connection_missing"
    case keyMissing = "websocket_key_missing"
    case keyRepeated = "websocket_key_repeated"
    case keyMalformed = "websocket_key_malformed"
    case versionRepeated = "websocket_version_repeated"
    case versionUnsupported = "websocket_version_unsupported"
    case extensionsMalformed = "websocket_extensions_malformed"

    /// The status that a client is answered with.
    public var status: HTTPStatus {
        switch self {
        case .methodNotGet: .methodNotAllowed
        case .versionHTTP10, .upgradeMissing, .connectionMissing, .keyMissing, .keyRepeated, .keyMalformed,
            .versionRepeated, .extensionsMalformed:
            .badRequest
        case .versionUnsupported: .upgradeRequired
        }
    }
}

extension HTTPResponse {
    /// Adds what would be taken instead of an upgrade that is refused.
    public mutating func setFields(for refusal: UpgradeRefusal) {
        switch refusal {
        case .methodNotGet: setField("Allow", "GET")
        // RFC 6455 section 4.4. `Upgrade` must stand in every 426 (RFC 9110 section 15.5.22).
        case .versionUnsupported:
            setField("Upgrade", "websocket")
            setField("Sec-WebSocket-Version", "13")
        case .versionHTTP10, .upgradeMissing, .connectionMissing, .keyMissing, .keyRepeated, .keyMalformed,
            .versionRepeated, .extensionsMalformed:
            break
        }
    }
}
