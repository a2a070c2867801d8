/// Holds a client's commands to a policy, one after another.
///
/// What passes is written anew: `id`, `method`, `sessionId`, and the parameters, as they came if the method's name alone
/// decides, as they were read if they had to be looked at. So Chrome reads what was decided over, and nothing else.
///
/// Lives on the thread of its connection's relay. Its buffers are used again, so that a command costs no allocation.
public final class CommandJudge {
    /// What becomes of a message.
    public enum Verdict: Sendable {
        /// This goes on in its place.
        case pass([UInt8])
        /// It does not go on; its sender gets this text in reply.
        case answer([UInt8])
    }

    private let policy: CommandPolicy
    private let tell: (CommandEvent) -> Void
    private var scanner = CommandScanner()
    private var output: [UInt8] = []
    /// What was decided over a long message by its beginning.
    private var longRuling = Ruling.pass

    private static let downloadBehavior = Array("Browser.setDownloadBehavior".utf8)

    /// What is decided over a command.
    private enum Ruling {
        case pass
        case deny(CommandDenial)
        /// It is answered as if it had been done.
        case pretend
        /// The same, and then the client is disconnected.
        case disconnect
    }

    /// A judge by this policy. `tell` is called on the judge's thread.
    public init(_ policy: CommandPolicy, tell: @escaping (CommandEvent) -> Void) {
        self.policy = policy
        self.tell = tell
    }

    // MARK: Whole messages

    /// Decides over a whole message.
    public func decide(_ message: Span<UInt8>) -> Verdict {
        scanner.read(message)
        if let fault = scanner.fault { return .answer(answer(to: fault)) }
        let rule = MethodTable.rule(of: scanner.method)
        guard let check = rule.check, let permissions = policy.permissions, rule.access.isOpen(to: permissions) else {
            return carryOut(ruling(rule), message, nil)
        }
        let parameters = parameters(in: message)
        let isAllowed = check.allows(parameters, policy)
        let ruling = isAllowed ? ruling(rule) : .deny(.parameters(check))
        guard case .pass = ruling else { return carryOut(ruling, message, parameters) }
        // The older name takes a file's name from its site.
        if check == .download { scanner.method = Self.downloadBehavior }
        return carryOut(.pass, message, check.settled(parameters, policy))
    }

    /// What the method alone decides.
    private func ruling(_ rule: MethodRule) -> Ruling {
        if let permissions = policy.permissions, !rule.access.isOpen(to: permissions) {
            return .deny(.permission(rule.access.permission))
        }
        switch rule.check {
        case .browserClose:
            switch policy.browserClose {
            case .forward: return .pass
            case .disconnect: return .disconnect
            case .deny: return .deny(.browserClose)
            }
        case .download where policy.permissions != nil:
            // It would not pass as it came.
            guard policy.isEnforced else { return .deny(.parameters(.download)) }
            // Clients send it for each context, and do not go on without an answer.
            return policy.downloadFolder == nil ? .pretend : .pass
        default: return .pass
        }
    }

    /// The parameters, looked at; an empty object where there are none. The scanner has found them good.
    private func parameters(in message: Span<UInt8>) -> JSONValue {
        guard let range = scanner.params else { return [:] }
        let options = JSONParsingOptions(maximumDepth: CommandScanner.maximumDepth)
        return (try? JSONValue.parse(message.extracting(range), options: options)) ?? .null
    }

    private func carryOut(_ ruling: Ruling, _ message: Span<UInt8>, _ parameters: JSONValue?) -> Verdict {
        switch ruling {
        case .pass: return .pass(command(message, parameters))
        case .deny(let denial):
            note(denial)
            return isOnlyObserved(denial) ? .pass(command(message, parameters)) : .answer(answer(to: denial))
        case .pretend: return .answer(success())
        case .disconnect:
            tell(.disconnect)
            return .answer(success())
        }
    }

    /// Whether what was denied passes all the same: unless it ends the browser of all, or may, its method being unknown.
    private func isOnlyObserved(_ denial: CommandDenial) -> Bool {
        guard !policy.isEnforced, denial != .browserClose else { return false }
        return policy.browserClose == .forward || !scanner.method.isEmpty
    }

    /// The command as it goes to Chrome.
    private func command(_ message: Span<UInt8>, _ parameters: JSONValue?) -> [UInt8] {
        output.removeAll(keepingCapacity: output.capacity <= 2 * message.count + 4096)
        output.append(#"{"id":"#)
        output.append(scanner.id.span)
        output.append(#","method":"#)
        Self.write(scanner.method, to: &output)
        if let parameters, scanner.params != nil || parameters.objectValue?.isEmpty == false {
            output.append(#","params":"#)
            parameters.write(to: &output)
        } else if let range = scanner.params {
            output.append(#","params":"#)
            output.append(message.extracting(range))
        }
        if !scanner.sessionID.isEmpty {
            output.append(#","sessionId":""#)
            output.append(scanner.sessionID.span)
            output.append(#"""#)
        }
        output.append(UInt8(ascii: "}"))
        return output
    }

    /// A method's name is nearly always what needs no escape.
    private static func write(_ name: [UInt8], to output: inout [UInt8]) {
        guard name.allSatisfy(ByteSet.methodName.contains) else {
            return JSONString(String(decoding: name, as: UTF8.self)).write(to: &output)
        }
        output.append(UInt8(ascii: "\""))
        output.append(name.span)
        output.append(UInt8(ascii: "\""))
    }

    // MARK: Long messages

    /// Decides over a message that is too long to be held, by its beginning; whether it goes on as it comes.
    public func begin(_ beginning: Span<UInt8>) -> Bool {
        scanner.reset()
        scanner.take(beginning)
        longRuling = longRuling(scanner)
        guard case .deny(let denial) = longRuling, isOnlyObserved(denial) else {
            if case .pass = longRuling { return scanner.fault == nil }
            return false
        }
        note(denial)
        longRuling = .pass
        return scanner.fault == nil
    }

    private func longRuling(_ scanner: borrowing CommandScanner) -> Ruling {
        // Without its method nothing can be said of it, and no client writes the parameters first.
        guard !scanner.method.isEmpty else { return .deny(.tooLong) }
        let rule = MethodTable.rule(of: scanner.method)
        let ruling = ruling(rule)
        guard case .pass = ruling else { return ruling }
        let isLookedAt = rule.check != nil && policy.permissions != nil
        return isLookedAt || scanner.id.isEmpty ? .deny(.tooLong) : ruling
    }

    /// Reads on in a long message; false when it turns out to be no command, so that the rest of it must not go on.
    public func goOn(_ bytes: Span<UInt8>) -> Bool {
        scanner.take(bytes)
        return scanner.fault == nil
    }

    /// The end of a long message that did not go on: the answer to it.
    public func endDropped() -> [UInt8] {
        scanner.finish()
        if let fault = scanner.fault { return answer(to: fault) }
        switch longRuling {
        case .deny(let denial):
            note(denial)
            return answer(to: denial)
        case .disconnect:
            tell(.disconnect)
            return success()
        case .pass, .pretend: return success()
        }
    }

    // MARK: Answers

    private func note(_ denial: CommandDenial) {
        tell(.denied(method: MethodTable.knownName(scanner.method), denial, isEnforced: policy.isEnforced))
    }

    /// The answer to a command that was not passed on, under the client's own id and session.
    private func answer(to denial: CommandDenial) -> [UInt8] {
        let method = MethodTable.knownName(scanner.method)
        let text =
            switch denial {
            case .permission(let permission): "\(method) needs the permission \(permission.rawValue)"
            case .parameters(let check): "\(method) with these parameters needs the permission *: \(check.advice)"
            case .tooLong: "\(method) is too long to be checked, and needs the permission *"
            case .browserClose: "\(method) is not allowed here: the browser is shared"
            }
        return error(code: -32000, text)
    }

    private func answer(to fault: CommandFault) -> [UInt8] {
        tell(.malformed(fault))
        return error(code: fault.code, fault.rawValue)
    }

    private func error(code: Int, _ text: String) -> [UInt8] {
        reply("error", ["code": JSONValue(code), "message": JSONValue(text)])
    }

    private func success() -> [UInt8] { reply("result", [:]) }

    private func reply(_ name: String, _ value: JSONValue) -> [UInt8] {
        var reply: JSONValue = [:]
        if let id = Int32(String(decoding: scanner.id, as: UTF8.self)) {
            reply = reply.adding("id", JSONValue(Int(id)))
        }
        reply = reply.adding(name, value)
        let session = scanner.sessionID
        if !session.isEmpty { reply = reply.adding("sessionId", JSONValue(String(decoding: session, as: UTF8.self))) }
        return reply.serialized()
    }
}
