/// A database on a PostgreSQL server, and how to connect to it. Only ``PostgresConnection`` reads the password: no
/// description, dump or mirror shows it.
public struct PostgresLocation: Sendable, Equatable {
    /// The parameters for libpq, by its own keywords (libpq 34.1.2). libpq takes missing ones from its `PG…` variables.
    private(set) var parameters: [String: String] = [:]

    /// The host's name, its address or the folder of its socket; nil for libpq's default.
    var host: String? { parameters["host"] }
    /// How long opening a connection may take, if the URL says so.
    var connectTimeout: Duration? {
        parameters["connect_timeout"].flatMap(Int.init).flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    /// Reads `postgres://`, `postgresql://` and SQLAlchemy's `postgresql+asyncpg://`, `+psycopg://`, `+psycopg2://`:
    /// `user:password@host:port/database?parameters`, percent-decoded, with every part optional. An IPv6 address is in
    /// brackets. A socket's folder is `?host=/folder`.
    ///
    /// It accepts libpq's parameters, and `ssl`, which is asyncpg's name for `sslmode`. It ignores the parameters of
    /// Python's drivers. Other parameters and several hosts are `unsupportedURL`.
    public init(url: String) throws(SessionStoreError) {
        guard let scheme = Self.schemes.first(where: url.hasPrefix) else { throw .unsupportedURL }
        var rest = url.dropFirst(scheme.count)
        guard !rest.contains("#") else { throw .unsupportedURL }
        let query = rest.cut(after: "?")
        let database = rest.cut(after: "/")
        try set("dbname", to: database)
        let address = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        if address.startIndex > rest.startIndex {
            var user = rest[..<rest.index(before: address.startIndex)]
            let password = user.cut(after: ":")
            try set("user", to: user)
            try set("password", to: password)
        }
        try readAddress(address)
        for part in (query ?? "").split(separator: "&") { try readParameter(part) }
        try check()
    }

    private mutating func readAddress(_ address: Substring) throws(SessionStoreError) {
        var host = address
        if address.first == "[" {
            guard let end = address.firstIndex(of: "]") else { throw .unsupportedURL }
            host = address[address.index(after: address.startIndex)..<end]
            let rest = address[address.index(after: end)...]
            guard rest.isEmpty || rest.first == ":", !host.isEmpty else { throw .unsupportedURL }
            try set("port", to: rest.dropFirst())
        } else {
            let port = host.cut(after: ":")
            try set("port", to: port)
        }
        try set("host", to: host)
    }

    private mutating func readParameter(_ part: Substring) throws(SessionStoreError) {
        var name = part
        guard let value = name.cut(after: "=") else { throw .unsupportedURL }
        switch name {
        case "ssl":
            let modes: [Substring: Substring] = ["true": "require", "1": "require", "false": "disable", "0": "disable"]
            try set("sslmode", to: modes[value] ?? value)
        case let name where Self.keywords.contains(name): try set(String(name), to: value)
        case let name where Self.ignored.contains(name): break
        default: throw .unsupportedURL
        }
    }

    /// Sets a parameter to a part of the URL, percent-decoded. An empty part sets nothing.
    private mutating func set(_ keyword: String, to part: Substring?) throws(SessionStoreError) {
        guard let part, !part.isEmpty else { return }
        guard let value = String(percentDecoding: part) else { throw .unsupportedURL }
        parameters[keyword] = value
    }

    /// Refuses values that libpq would refuse at every connection, or read differently.
    private func check() throws(SessionStoreError) {
        for (keyword, choices) in Self.choices {
            if let value = parameters[keyword], !choices.contains(value) { throw .unsupportedURL }
        }
        if let port = parameters["port"], (UInt16(port) ?? 0) == 0 { throw .unsupportedURL }
        if let timeout = parameters["connect_timeout"], UInt16(timeout) == nil { throw .unsupportedURL }
        if host?.contains(",") == true { throw .unsupportedURL }
    }

    private static let schemes = [
        "postgres://", "postgresql://", "postgresql+asyncpg://", "postgresql+psycopg://", "postgresql+psycopg2://",
    ]
    private static let keywords: Set<Substring> = [
        "host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl",
        "connect_timeout", "application_name", "channel_binding", "options", "target_session_attrs", "gssencmode",
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    ]
    /// The parameters that asyncpg and SQLAlchemy use themselves.
    private static let ignored: Set<Substring> = [
        "prepared_statement_cache_size", "prepared_statement_name_func", "statement_cache_size", "server_settings",
        "max_cached_statement_lifetime", "max_cacheable_statement_size", "command_timeout", "timeout",
        "async_fallback", "direct_tls",
    ]
    private static let choices: [String: Set<String>] = [
        "sslmode": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        "channel_binding": ["disable", "prefer", "require"],
        "gssencmode": ["disable", "prefer", "require"],
        "target_session_attrs": ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
    ]
}

extension PostgresLocation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `postgresql://host:port/database`, without user, password and parameters.
    public var description: String {
        let host = host ?? ""
        let isFolder = host.hasPrefix("/") || host.hasPrefix("@")
        let port = parameters["port"].map { ":\($0)" } ?? ""
        let address = isFolder ? "" : "\(host.contains(":") ? "[\(host)]" : host)\(port)"
        return "postgresql://\(address)/\(parameters["dbname"] ?? "")\(isFolder ? "?host=\(host)" : "")"
    }

    /// As ``description``.
    public var debugDescription: String { description }

    /// No children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Substring {
    /// Cuts the text at the first `separator` and returns the text after it; nil when there is none.
    fileprivate mutating func cut(after separator: Character) -> Substring? {
        guard let position = firstIndex(of: separator) else { return nil }
        defer { self = self[..<position] }
        return self[index(after: position)...]
    }
}

extension String {
    /// Decodes `%41`. Nil when a percent sign is not followed by two hex digits, and when the result is not UTF-8 or
    /// has a NUL.
    fileprivate init?(percentDecoding text: Substring) {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else { return nil }
        self = decoded
    }
}
