/// What becomes of `Browser.close`, which would end the browser for all of its clients.
public enum BrowserClosePolicy: String, Sendable, CaseIterable {
    /// It goes to Chrome.
    case forward
    /// The client is told that it succeeded, and its own connection is closed.
    case disconnect
    /// The client is told that it may not.
    case deny
}

/// What the commands of one connection are held to.
public struct CommandPolicy: Sendable {
    /// What the client may do, with what that implies; nil when it may do everything.
    let permissions: PermissionSet?
    /// Whether what is not allowed is refused; otherwise it passes, and is only told of.
    let isEnforced: Bool
    /// What becomes of `Browser.close`.
    let browserClose: BrowserClosePolicy
    /// Which addresses a page may go to.
    let addresses: PageAddress
    /// The folder that the client's downloads go to, as Chrome knows it; nil where there is none.
    let downloadFolder: String?
    /// The folders whose files may be given to pages.
    let uploadFolders: [String]

    /// The policy for a client with these permissions; nil for all of the browser, as without roles.
    public init(
        permissions: PermissionSet?,
        isEnforced: Bool,
        browserClose: BrowserClosePolicy,
        addresses: PageAddress,
        downloadFolder: String? = nil,
        uploadFolder: String? = nil
    ) {
        self.permissions = permissions.flatMap { $0.allows(.everything) ? nil : $0.openingMethods }
        self.isEnforced = isEnforced
        self.browserClose = browserClose
        self.addresses = addresses
        self.downloadFolder = downloadFolder
        uploadFolders = [uploadFolder, downloadFolder].compactMap { $0 }
    }

    /// Whether no command would be answered by the proxy, so that none need be read.
    public var isVacuous: Bool { permissions == nil && browserClose == .forward }
}

/// Why a command was not passed on, or would not have been.
public enum CommandDenial: Sendable, Equatable {
    /// The client lacks this permission.
    case permission(Permission)
    /// The parameters reach further than the method may: only `*` opens them.
    case parameters(ParameterCheck)
    /// Its parameters are so long that they cannot be looked at.
    case tooLong
    /// `Browser.close` is denied to everybody.
    case browserClose

    /// The permission that would have opened it.
    public var permission: Permission {
        switch self {
        case .permission(let permission): permission
        case .parameters, .tooLong, .browserClose: .everything
        }
    }
}

/// What a connection's commands led to, for the log and the metrics.
public enum CommandEvent: Sendable, Equatable {
    /// A command of this method was denied; or passed all the same, because the policy is only observed.
    case denied(method: String, CommandDenial, isEnforced: Bool)
    /// A message that is no command was answered.
    case malformed(CommandFault)
    /// The client is to be disconnected, as `Browser.close` asks.
    case disconnect

    /// What it is about: the method, unless the message has none.
    public var subject: String {
        switch self {
        case .denied(let method, _, _): method
        case .malformed: "malformed"
        case .disconnect: "disconnect"
        }
    }
}
