import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import ProxyCore
import SessionInjector
import SessionStore

/// The routes below `/sessions`. Each one is asked by a user who has been established and may still ask.
struct SessionRoutes: Sendable {
    /// Where sessions are kept.
    let store: any SessionStore
    /// Who tells of rows that hold what they should not.
    let unusable: UnusableRows
    /// What they are sealed under.
    let secret: MasterSecret
    /// The largest storage state that is kept, in bytes of JSON text.
    let stateLimit: Int
    /// How many sessions a user may have.
    let sessionLimit: Int

    /// Adds the routes to a group whose path is `/sessions`.
    func add(to group: some RouterMethods<UserRequestContext>) {
        group.post("", use: create)
        group.get("", use: list)
        group.get("by-name/:name", use: getByName)
        // Without a name it is an id like another, which no session has; the router itself takes no step back.
        group.get("by-name", use: get)
        group.put("by-name", use: update)
        group.delete("by-name", use: delete)
        group.get(":id", use: get)
        group.put(":id", use: update)
        group.delete(":id", use: delete)
        group.get(":id/state", use: state)
    }

    /// The paths, and what each of them takes.
    static let paths = [
        KnownPaths.Entry(path: "/sessions", methods: [.get, .head, .post]),
        KnownPaths.Entry(path: "/sessions/by-name/:name", methods: KnownPaths.get),
        KnownPaths.Entry(path: "/sessions/:id", methods: [.get, .head, .put, .delete]),
        KnownPaths.Entry(path: "/sessions/:id/state", methods: KnownPaths.get),
    ]

    @Sendable private func create(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let draft = try SessionDraft(try await body(of: request))
        try checkSize(draft.storageState)
        let created = try await sessions(of: context).create(draft).created
        return Response(json: created.warning(of: draft.warnings), status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let all = try await sessions(of: context).all()
        return Response(json: ["sessions": .array(all.map { unusable.noting($0).summary })])
    }

    @Sendable private func getByName(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let name = try context.pathParameter("name")
        return Response(try await sessions(of: context).session(named: name), noting: unusable)
    }

    @Sendable private func get(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let id = try context.pathParameter("id")
        return Response(try await sessions(of: context).session(id: id), noting: unusable)
    }

    @Sendable private func state(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let id = try context.pathParameter("id")
        let state = try await sessions(of: context).state(id: id)
        return Response(jsonText: Array("{\"storage_state\":".utf8) + state + Array("}".utf8))
    }

    @Sendable private func update(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let id = try context.pathParameter("id")
        let edit = try SessionEdit(try await body(of: request))
        if let state = edit.storageState { try checkSize(state) }
        let edited = unusable.noting(try await sessions(of: context).edit(id: id, edit))
        return Response(json: edited.summary.warning(of: edit.warnings))
    }

    @Sendable private func delete(_ request: Request, _ context: UserRequestContext) async throws -> Response {
        let id = try context.pathParameter("id")
        try await sessions(of: context).delete(id: id)
        return Response(json: ["status": "deleted"])
    }

    private func sessions(of context: UserRequestContext) -> UserSessions {
        UserSessions(of: context.userID, in: store, sealedUnder: secret, limit: sessionLimit)
    }

    private func checkSize(_ state: [UInt8]) throws(ServiceRefusal) {
        if state.count > stateLimit { throw .tooLarge(limit: stateLimit) }
    }

    /// The whole body. JSON may write a character of a state in up to six bytes (`\u00e9`), so that a body may be several
    /// times as long as the state it brings; what is longer is refused before it is read, where its length says so.
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
    /// What is known of a session.
    fileprivate init(_ found: SessionMetadata, noting unusable: UnusableRows) {
        self.init(json: unusable.noting(found).summary)
    }
}

extension Request {
    /// Whether the body says to be JSON, or does not say what it is.
    fileprivate var hasJSONBody: Bool {
        guard let type = headers[.contentType]?.prefix(while: { $0 != ";" }).lowercased() else { return true }
        let media = type.filter { $0 != " " && $0 != "\t" }
        return media == "application/json" || (media.hasPrefix("application/") && media.hasSuffix("+json"))
    }
}
