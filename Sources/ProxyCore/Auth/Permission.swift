/// Something that a role may allow. The raw value is its name in claims, answers and metrics.
public enum Permission: String, Sendable, CaseIterable {
    /// To open tabs and contexts, and to store sessions.
    case sessionsCreate = "sessions.create"
    /// To close tabs and contexts, and to delete stored sessions.
    case sessionsDelete = "sessions.delete"
    /// To list tabs and stored sessions.
    case sessionsList = "sessions.list"
    /// To ask about one of them.
    case sessionsGet = "sessions.get"
    /// To go to another page.
    case sessionsNavigate = "sessions.navigate"
    /// To read what pages hold by scripts, and stored states.
    case sessionsExtract = "sessions.extract"
    /// To type, to click, and to change what a page shows.
    case sessionsAct = "sessions.act"
    /// To do what an automation library does: everything that stays within the browser's pages.
    case sessionsAgent = "sessions.agent"
    /// To take pictures of pages.
    case sessionsScreenshot = "sessions.screenshot"
    /// To read the structure of pages.
    case sessionsObserve = "sessions.observe"
    /// To watch pages as they change.
    case sessionsStream = "sessions.stream"
    /// To list recordings.
    case recordingsList = "recordings.list"
    /// To fetch recordings.
    case recordingsDownload = "recordings.download"
    /// Everything, and what no other permission names.
    case everything = "*"
}

/// What a caller may do.
public struct PermissionSet: OptionSet, Sendable, Hashable {
    /// A bit for each permission, in the order of their declaration.
    public let rawValue: UInt32

    /// A set of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Every permission there is.
    public static let all = PermissionSet(Permission.allCases)

    /// A set of these permissions.
    public init(_ permissions: some Sequence<Permission>) {
        self.init(rawValue: permissions.reduce(0) { $0 | Self.bit($1) })
    }

    /// What these patterns name: `*` is everything, `prefix.*` whatever begins with `prefix.`, and anything else the
    /// permission of that name. A pattern that names nothing adds nothing.
    public init(matching patterns: some Sequence<String>) {
        self.init(Permission.allCases.filter { permission in patterns.contains { permission.matches($0) } })
    }

    /// Whether the permission is among them.
    public func allows(_ permission: Permission) -> Bool { rawValue & Self.bit(permission) != 0 }

    /// The permissions, in the order of their declaration.
    public var permissions: [Permission] { Permission.allCases.filter(allows) }

    private static func bit(_ permission: Permission) -> UInt32 { 1 << permission.place }
}

extension Permission {
    /// Its place in the order of declaration.
    fileprivate var place: UInt32 {
        switch self {
        case .sessionsCreate: 0
        case .sessionsDelete: 1
        case .sessionsList: 2
        case .sessionsGet: 3
        case .sessionsNavigate: 4
        case .sessionsExtract: 5
        case .sessionsAct: 6
        case .sessionsAgent: 7
        case .sessionsScreenshot: 8
        case .sessionsObserve: 9
        case .sessionsStream: 10
        case .recordingsList: 11
        case .recordingsDownload: 12
        case .everything: 13
        }
    }

    /// Whether a pattern names it.
    fileprivate func matches(_ pattern: String) -> Bool {
        if pattern.hasSameBytes(as: "*") { return true }
        guard pattern.utf8.count > 2, pattern.utf8.suffix(2).elementsEqual(".*".utf8) else {
            return pattern.hasSameBytes(as: rawValue)
        }
        return rawValue.utf8.starts(with: pattern.utf8.dropLast())
    }
}
