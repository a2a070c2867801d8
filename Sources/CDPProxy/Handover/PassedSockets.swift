import Glibc
import ProxyCore
import Settings

/// The sockets that the process which started this one opened for it: by systemd's protocol (sd_listen_fds(3)), or as the proxy
/// does whose place this one takes.
struct PassedSockets: Sendable, Equatable {
    /// A socket that listens.
    struct Socket: Sendable, Equatable {
        /// The kernel's number. The listener that accepts at it closes it.
        let number: Int32
        /// The address it is bound to.
        let address: ListenAddress
    }

    /// Where clients connect; nil when the proxy opens that itself.
    private(set) var clients: Socket?
    /// Where operators connect; nil as above.
    private(set) var operators: Socket?
    /// The number of the socket to the proxy whose place this one takes; nil when it takes none's.
    private(set) var predecessor: Int32?

    /// Nothing was passed.
    init() {}

    // MARK: Reading

    /// The variable by which a running proxy tells the next one what it passes: `client:7,admin:8,predecessor:9`.
    static let handoverVariable = "CDP_PROXY_HANDOVER"

    private static let names = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", handoverVariable]
    /// SD_LISTEN_FDS_START: the first descriptor behind standard error.
    private static let first: Int32 = 3

    /// What was passed to this process. The variables that say so are removed, so that no process started later sees them. To be
    /// called once, before there is a second thread.
    static func take() throws(StartError) -> PassedSockets {
        var variables: [String: String] = [:]
        for name in names {
            variables[name] = unsafe getenv(name).map { unsafe String(cString: $0) }
            _ = unsafe unsetenv(name)
        }
        return try PassedSockets(variables, process: getpid())
    }

    /// What these variables pass to the process of this id.
    init(_ variables: [String: String], process: pid_t) throws(StartError) {
        if let text = variables[Self.handoverVariable], !text.isEmpty {
            try takeHandover(text)
            return
        }
        guard let count = variables["LISTEN_FDS"], let owner = variables["LISTEN_PID"] else { return }
        guard let owner = pid_t(owner), owner > 0 else {
            throw StartError(description: "LISTEN_PID must be the number of a process.")
        }
        // Sockets of the process that started this one are no concern of ours.
        guard owner == process else { return }
        guard let count = Int(count), (1...2).contains(count) else {
            throw StartError(description: "LISTEN_FDS must be 1 or 2: a socket for clients, and one for operators.")
        }
        let roles = try Self.roles(variables["LISTEN_FDNAMES"], count)
        for (offset, role) in roles.enumerated() { try add(role, Self.first + Int32(offset), "LISTEN_FDS") }
    }

    /// What a descriptor is for. The raw value is its name.
    private enum Role: String {
        case clients = "client"
        case operators = "admin"
    }

    private static func roles(_ names: String?, _ count: Int) throws(StartError) -> [Role] {
        guard let names, !names.isEmpty else { return Array([Role.clients, .operators].prefix(count)) }
        let roles = names.split(separator: ":", omittingEmptySubsequences: false).map { Role(rawValue: String($0)) }
        guard roles.count == count, !roles.contains(nil), Set(roles).count == count else {
            let advice = "give each socket one with FileDescriptorName="
            throw StartError(
                description: "LISTEN_FDNAMES must be client or admin for each of LISTEN_FDS, and each once; \(advice)."
            )
        }
        return roles.compactMap { $0 }
    }

    private mutating func add(_ role: Role, _ number: Int32, _ variable: String) throws(StartError) {
        let address: ListenAddress
        do throws(PassedSocketFault) {
            address = try Self.address(at: number)
        } catch {
            let what =
                switch error {
                case .notOpen: "is not open"
                case .notListening: "is no stream socket that listens"
                }
            throw StartError(description: "\(variable): descriptor \(number) (\(role.rawValue)) \(what).")
        }
        let socket = Socket(number: number, address: address)
        switch role {
        case .clients: clients = socket
        case .operators: operators = socket
        }
    }

    private static func address(at number: Int32) throws(PassedSocketFault) -> ListenAddress {
        ListenAddress(try Descriptor.addressOfListener(at: number))
    }

    // MARK: From a running proxy

    private mutating func takeHandover(_ text: String) throws(StartError) {
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int32(parts[1]), number > 2 else { throw Self.foreign }
            if parts[0] == "predecessor" {
                predecessor = number
            } else if let role = Role(rawValue: String(parts[0])) {
                try add(role, number, Self.handoverVariable)
            } else {
                throw Self.foreign
            }
        }
        guard predecessor != nil, clients != nil, operators != nil else { throw Self.foreign }
    }

    private static let foreign = StartError(
        description: "\(handoverVariable) is what a running proxy gives to the next one: it must not be set otherwise."
    )

    /// The value of the variable that passes these on.
    static func text(clients: Int32, operators: Int32, predecessor: Int32) -> String {
        "\(Role.clients.rawValue):\(clients),\(Role.operators.rawValue):\(operators),predecessor:\(predecessor)"
    }
}
