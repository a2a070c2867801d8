import SessionInjector
import Settings

/// When a stored session is put into Chrome.
enum InjectionTime: String, CaseIterable, Sendable {
    /// Before the first client is admitted.
    case connect
    /// At the server's start, before the first client comes.
    case start
    /// Never.
    case off
}

/// What happens to a connection when the injection did not succeed in full.
enum InjectionFailurePolicy: String, Sendable {
    /// The connection is refused; the next one tries again.
    case closed
    /// The connection goes on with what was injected.
    case open
}

/// When a stored session is put into Chrome, and which.
struct InjectionSettings: Sendable {
    /// When it is injected.
    let time: InjectionTime
    /// The policy when not all of it was injected.
    let failure: InjectionFailurePolicy
    /// How long it may take, besides what it may take for each origin.
    let deadline: Duration
    /// How much longer it may take for each origin.
    let deadlinePerOrigin: Duration
    /// The stored session (id or name) when the token names none.
    let browserSession: String?
    /// The user whose session it is when no token names one.
    let userID: String?

    /// Whether some connections cannot be served without a database.
    var needsStore: Bool { time == .start || browserSession != nil }

    /// Reads the settings. `sessionID` is the gate's.
    init(_ environment: Environment, sessionID: String?) throws(ConfigurationError) {
        time = try environment.value(Self.timeVariable)
        failure = try environment.value(Self.failureVariable)
        deadline = try environment.value(Self.deadlineVariable)
        deadlinePerOrigin = try environment.value(Self.deadlinePerOriginVariable)
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

    /// How long a state of so many origins may take.
    func timeout(origins: Int) -> Duration { deadline + deadlinePerOrigin * origins }

    /// The variables these settings are read from, as they are listed.
    static let variables: [VariableDescription] = [
        timeVariable.description, failureVariable.description, deadlineVariable.description,
        deadlinePerOriginVariable.description, browserSessionVariable.description, userIDVariable.description,
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
        standard: "10s",
        expected: "a duration from 1s to 10m, such as 10s",
        help: "How long injection may take, besides what it may take for each origin.",
        parse: { VariableParsing.duration($0, in: .seconds(1) ... .seconds(600)) }
    )
    private static let deadlinePerOriginVariable = Variable(
        "CDP_PROXY_INJECT_DEADLINE_PER_ORIGIN",
        in: .injection,
        standard: "250ms",
        expected: "a duration from 0s to 1m, such as 250ms",
        help: "How much longer injection may take for each origin of the stored session.",
        parse: { VariableParsing.duration($0, in: .zero ... .seconds(60)) }
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
        help: "The user whose stored session is injected at start.",
        parse: { VariableParsing.printable($0) }
    )
}
