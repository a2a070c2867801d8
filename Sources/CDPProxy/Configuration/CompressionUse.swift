import ProxyCore

/// With which clients messages are compressed (permessage-deflate, RFC 7692) when they offer it.
enum CompressionUse: String, Sendable, CaseIterable {
    /// With those that are far: on a way within a machine or a private network it costs more time than it saves.
    case auto
    /// With all of them.
    case on
    /// With none.
    case off

    /// Whether messages are compressed with a client at this address.
    func applies(to address: IPAddress) -> Bool {
        switch self {
        case .auto: !address.isPrivate
        case .on: true
        case .off: false
        }
    }
}
