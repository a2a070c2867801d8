import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import ProxyCore
import SessionInjector
import SessionStore

/// The routes below `/sessions`. Their user is established and within the rate limit.
struct SessionRoutes: Sendable {
    /// The store of sessions.
    let store: any SessionStore
    /// Logs rows with unreadable columns.
    let unusable: UnusableRows
    /// The secret that sessions are sealed under.
    let secret: MasterSecret
    /// The largest storage state, in bytes of JSON text.
    let stateLimit: Int
    /// The most sessions of a user.
    let sessionLimit: Int

    /// Adds the routes to a group whose path is `/sessions`.
    func add(to group: some RouterMethods<UserRequestContext>) {
        group.post("", use: create)
        group.get("", use: list)
        group.get("by-name/:name", use: getByName)
        // Without a name, `by-name` is an id, which no session has. The router itself does not fall back to `:id`.
        group.get("by-name", use: get)
        group.put("by-name", use: update)
        group.delete("by-name", use: delete)
        group.get(":id", use: get)
        group.put(":id", use: update)
        group.delete(":id", use: delete)
        group.get(":id/state", use: state)
    }

    /// The paths and the methods of each.
    static let paths = [
        KnownPaths.Entry(path: "/sessions", methods: [.get, .head, .post]),
        KnownPaths.Entry(path: "/sessions/by-name/:name", methods: KnownPaths.get),
        KnownPaths.Entry(path: "/sessions/:id", methods: [.get, .head, .put, .delete]),
        KnownPaths.Entry(path: "/sessions/:id/state", methods: KnownPaths.get),
    ]

    @Sendable private func create(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let sessions = try sessions(of: context, for: .sessionsCreate)
        let new = try NewSession(try await body(of: request))
        try checkSize(new.storageState)
        let created = try await sessions.create(new).created
        return Response(json: created.adding(warnings: new.warnings), status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let all = try await sessions(of: context, for: .sessionsList).all()
        return Response(json: ["sessions": .array(all.map { unusable.reporting($0).summary })])
    }

    @Sendable private func getByName(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let sessions = try sessions(of: context, for: .sessionsGet)
        let name = try context.pathParameter("name")
        return Response(try await sessions.session(named: name), reportingTo: unusable)
    }

    @Sendable private func get(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let sessions = try sessions(of: context, for: .sessionsGet)
        let id = try context.pathParameter("id")
        return Response(try await sessions.session(id: id), reportingTo: unusable)
    }

    @Sendable private func state(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let sessions = try sessions(of: context, for: .sessionsExtract)
        let id = try context.pathParameter("id")
        let state = try await sessions.state(id: id)
        return Response(jsonText: Array("{\"storage_state\":".utf8) + state + Array("}".utf8))
    }

    @Sendable private func update(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        // A new version of a session is as good as a new one.
        let sessions = try sessions(of: context, for: .sessionsCreate)
        let id = try context.pathParameter("id")
        let update = try SessionUpdate(try await body(of: request))
        if let state = update.storageState { try checkSize(state) }
        let updated = unusable.reporting(try await sessions.update(id: id, with: update))
        return Response(json: updated.summary.adding(warnings: update.warnings))
    }

    @Sendable private func delete(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let sessions = try sessions(of: context, for: .sessionsDelete)
        let id = try context.pathParameter("id")
        try await sessions.delete(id: id)
        return Response(json: ["status": "deleted"])
    }

    /// The user's sessions, for a caller with the permission.
    private func sessions(
        of context: UserRequestContext,
        for permission: Permission
    ) throws(ServiceRefusal) -> UserSessions {
        guard context.permissions.allows(permission) else { throw .forbidden(permission) }
        return UserSessions(of: context.userID, in: store, sealedUnder: secret, limit: sessionLimit)
    }

    private func checkSize(_ state: [UInt8]) throws(ServiceRefusal) {
        if state.count > stateLimit { throw .tooLarge(limit: stateLimit) }
    }

    /// The whole body. JSON may write a character in up to six bytes (`\u00e9`), so a body may be several times as long
    /// as its state. A body whose announced length is more than that is refused unread.
    private func body(of request: Request) async throws -> [UInt8] {
        guard request.hasJSONBody else { throw ServiceRefusal.invalid([.noObject()]) }
        let limit = stateLimit * 4 + 65_536
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ServiceRefusal.tooLarge(limit: stateLimit)
        }
        do {
            return Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw ServiceRefusal.tooLarge(limit: stateLimit)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw ServiceRefusal.brokenBody
        }
    }
}

extension Response {
    /// The metadata of a session.
    fileprivate init(_ found: SessionMetadata, reportingTo unusable: UnusableRows) {
        self.init(json: unusable.reporting(found).summary)
    }
}

extension Request {
    /// Whether the body's content type is JSON or not given.
    fileprivate var hasJSONBody: Bool {
        guard let type = headers[.contentType]?.prefix(while: { $0 != ";" }).lowercased() else { return true }
        let media = type.filter { $0 != " " && $0 != "\t" }
        return media == "application/json" || (media.hasPrefix("application/") && media.hasSuffix("+json"))
    }
}
