import SessionInjector
import Settings

/// When a stored session is put into Chrome.
enum InjectionTime: String, CaseIterable, Sendable {
    /// Before the first client is admitted.
    case connect
    /// Before the first client comes.
    case start
    /// Never.
    case off
}

/// What an injection that did not succeed in full leads to.
enum InjectionFailurePolicy: String, Sendable {
    /// The connection is refused; the next one tries again.
    case closed
    /// The connection goes on with what there is.
    case open
}

/// When a stored session is put into Chrome, and which.
struct InjectionSettings: Sendable {
    /// When it is done.
    let time: InjectionTime
    /// What a shortfall means.
    let failure: InjectionFailurePolicy
    /// How long it may take.
    let deadline: Duration
    /// The stored session (id or name) when the token names none.
    let browserSession: String?
    /// Whose session it is, when there is no token to say so.
    let userID: String?

    /// Whether some connections cannot be served without a database.
    var needsStore: Bool { time == .start || browserSession != nil }

    /// Reads the settings. `sessionID` is the gate's.
    init(_ environment: Environment, sessionID: String?) throws(ConfigurationError) {
        time = try environment.value(Self.timeVariable)
        failure = try environment.value(Self.failureVariable)
        deadline = try environment.value(Self.deadlineVariable)
        browserSession = try environment.optional(Self.browserSessionVariable)
        userID = try environment.optional(Self.userIDVariable)
        guard time == .start else { return }
        let reason = "CDP_PROXY_INJECT is start"
        if userID == nil { throw .missing(Self.userIDVariable.description, because: reason) }
        if browserSession == nil && sessionID == nil {
            throw .missing(
                Self.browserSessionVariable.description,
                because: "\(reason) and SESSION_ID is not set either"
            )
        }
    }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        timeVariable.description, failureVariable.description, deadlineVariable.description,
        browserSessionVariable.description, userIDVariable.description,
    ]

    private static let timeVariable = Variable(
        "CDP_PROXY_INJECT",
        in: .injection,
        standard: "connect",
        expected: "connect, start or off",
        help: "When the stored session is put into Chrome: before the first client is admitted, at start, or never.",
        parse: { InjectionTime(rawValue: $0) }
    )
    private static let failureVariable = Variable(
        "CDP_PROXY_INJECT_FAILURE",
        in: .injection,
        standard: "closed",
        expected: "closed or open",
        help: "Whether a client is refused (502) or let through when the session could not be injected whole.",
        parse: { InjectionFailurePolicy(rawValue: $0) }
    )
    private static let deadlineVariable = Variable(
        "CDP_PROXY_INJECT_DEADLINE",
        in: .injection,
        standard: "30s",
        expected: "a duration from 1s to 10m, such as 30s",
        help: "How long injection may take.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(600)) }
    )
    private static let browserSessionVariable = Variable(
        "CDP_PROXY_BROWSER_SESSION",
        in: .injection,
        expected: "the id or name of a stored session, without control characters",
        help: "The stored session to inject when the token names none.",
        parse: { VariableParsing.printable($0) }
    )
    private static let userIDVariable = Variable(
        "CDP_PROXY_USER_ID",
        in: .injection,
        expected: "a user's id, without control characters",
        help: "Whose stored session is injected at start.",
        parse: { VariableParsing.printable($0) }
    )
}
