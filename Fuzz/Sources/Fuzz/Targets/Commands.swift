@testable import ProxyCore

extension FuzzTarget {
    /// What a client with roles sends: what makes a command, and what becomes of it under a policy.
    static let commands = FuzzTarget(name: "commands", longest: 1024) { bytes throws(Violation) in
        let command = try Split.outcome(of: bytes, "a command") { schedule in ScannedCommand(bytes, schedule) }
        try command.checkAgainstParser(bytes)
        for policy in policies {
            let ruling = Ruling(bytes, policy)
            try checkRuling(ruling, command, policy)
            try checkInPieces(bytes, ruling, policy)
        }
    }

    private static let policies = policiesOf(Role.operator.permissions) + policiesOf(PermissionSet([.sessionsObserve]))

    private static func policiesOf(_ permissions: PermissionSet) -> [CommandPolicy] {
        let addresses = PageAddress(closedPorts: [9222])
        return [
            CommandPolicy(permissions: permissions, isEnforced: true, browserClose: .disconnect, addresses: addresses),
            CommandPolicy(permissions: permissions, isEnforced: false, browserClose: .deny, addresses: addresses),
            CommandPolicy(permissions: nil, isEnforced: true, browserClose: .deny, addresses: addresses),
        ]
    }

    /// What was decided over a whole message, and what was told of it.
    private struct Ruling: Equatable {
        var passed: [UInt8]?
        var answer: [UInt8]?
        var events: [CommandEvent]

        init(_ bytes: [UInt8], _ policy: CommandPolicy) {
            var told: [CommandEvent] = []
            let judge = CommandJudge(policy) { told.append($0) }
            switch judge.decide(bytes.span) {
            case .pass(let command): passed = command
            case .answer(let text): answer = text
            }
            events = told
        }
    }

    private static func checkRuling(
        _ ruling: Ruling,
        _ command: ScannedCommand,
        _ policy: CommandPolicy
    ) throws(Violation) {
        if let answer = ruling.answer { try checkAnswer(answer, command) }
        guard let passed = ruling.passed else { return }
        try expect(command.fault, equals: nil, "only a command goes on")
        let again = Ruling(passed, policy)
        try expect(again, equals: ruling, "what goes on is judged as it was, and is written the same")
        let second = ScannedCommand(passed, [passed.count])
        try expect(second.id, equals: command.id, "a command keeps its id")
        try expect(second.session, equals: command.session, "a command keeps its session")
        // Half a character has no UTF-8: a method with one is not Chrome's, and goes on as another that is not.
        if String(validating: command.method, as: UTF8.self) != nil {
            try expect(second.method, equals: command.method, "a command keeps its method")
        }
        try checkParameters(second, command, policy)
        if policy.isEnforced { try checkIsOpen(second, policy) }
    }

    /// The parameters that go on are those that came, or what the policy makes of them: they mean the same to a parser.
    private static func checkParameters(
        _ found: ScannedCommand,
        _ command: ScannedCommand,
        _ policy: CommandPolicy
    ) throws(Violation) {
        let options = JSONParsingOptions(maximumDepth: CommandScanner.maximumDepth)
        let wanted = try? JSONValue.parse(command.params, options: options)
        let passed = try? JSONValue.parse(found.params, options: options)
        try expect(wanted != nil || command.params.isEmpty, "what the scanner took for parameters is JSON")
        let check = policy.permissions == nil ? nil : MethodTable.rule(of: command.method).check
        let settled = check?.settled(wanted ?? [:], policy) ?? wanted ?? [:]
        try expect(passed ?? [:], equals: settled, "parameters go on as they came, or as they were settled")
    }

    /// What goes on is what the policy opens: its method, and its parameters where they are looked at.
    private static func checkIsOpen(_ command: ScannedCommand, _ policy: CommandPolicy) throws(Violation) {
        let rule = MethodTable.rule(of: command.method)
        try expect(rule.check != .browserClose || policy.browserClose == .forward, "no client closes the browser")
        guard let permissions = policy.permissions else { return }
        try expect(rule.access.isOpen(to: permissions), "what goes on is open to its sender")
        guard let check = rule.check else { return }
        let parameters = try? JSONValue.parse(command.params, options: JSONParsingOptions(maximumDepth: 256))
        try expect(check.allows(parameters ?? [:], policy), "what goes on has parameters that may go on")
    }

    /// An answer is JSON, under the command's own id and session.
    private static func checkAnswer(_ answer: [UInt8], _ command: ScannedCommand) throws(Violation) {
        guard let value = try? JSONValue.parse(answer) else { throw Violation(property: "an answer is JSON") }
        let hasEnded = (value["error"] == nil) != (value["result"] == nil)
        try expect(hasEnded, "an answer is a result or an error")
        if command.fault != nil { try expect(value["error"] != nil, "what is no command has no result") }
        if let session = value["sessionId"]?.stringValue {
            try expect(Array(session.utf8), equals: command.session, "an answer is of the command's session")
        }
        guard command.fault == nil else { return }
        try expect(value["id"]?.intValue, equals: Int(command.idText), "an answer has the command's id")
        try expect(value["sessionId"] == nil, equals: command.session.isEmpty, "an answer has the command's session")
    }

    /// Of a message too long to be held nothing goes on that would not go on were it held, wherever it is cut.
    private static func checkInPieces(_ bytes: [UInt8], _ ruling: Ruling, _ policy: CommandPolicy) throws(Violation) {
        for pieces in Split.pieces(of: bytes).dropFirst() {
            let judge = CommandJudge(policy) { _ in }
            let first = pieces[0]
            var goesOn = judge.begin(first.span)
            for piece in pieces.dropFirst() {
                guard goesOn else { break }
                goesOn = judge.goOn(piece.span)
            }
            guard goesOn else { continue }
            // What only the end of a message shows is Chrome's to refuse: there is no command then.
            let isNone = [CommandFault.syntax, .id, .method].contains { ruling.events.contains(.malformed($0)) }
            try expect(ruling.passed != nil || isNone, "what goes on in pieces would go on as a whole")
        }
    }
}
