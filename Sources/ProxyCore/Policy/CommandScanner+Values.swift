extension CommandScanner {
    /// Takes a byte that is not inside a string.
    mutating func take(_ byte: UInt8) {
        switch step {
        case .value, .valueOrEnd: takeValue(byte)
        case .nameOrEnd, .name, .colon: takeName(byte)
        case .afterValue: takeAfterValue(byte)
        case .escape: takeEscape(byte)
        case .hex: takeHexDigit(byte)
        case .literal: takeLiteral(byte)
        case .minus, .zero, .integer, .point, .fraction, .exponent, .exponentSign, .exponentDigits: takeNumber(byte)
        case .end: if !Self.isSpace(byte) { fault = .syntax }
        // Taken in runs.
        case .string: break
        }
    }

    /// RFC 8259 section 2.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func takeValue(_ byte: UInt8) {
        if Self.isSpace(byte) { return }
        if byte == UInt8(ascii: "]"), step == .valueOrEnd { return close() }
        guard isWelcome(byte) else { return }
        switch byte {
        case UInt8(ascii: "{"): open(isObject: true)
        case UInt8(ascii: "["): open(isObject: false)
        case UInt8(ascii: "\""): beginString(isName: false)
        case UInt8(ascii: "t"): beginLiteral(0x65_75_72)
        case UInt8(ascii: "f"): beginLiteral(0x65_73_6C_61)
        case UInt8(ascii: "n"): beginLiteral(0x6C_6C_75)
        case UInt8(ascii: "-"): beginNumber(byte, .minus)
        case UInt8(ascii: "0"): beginNumber(byte, .zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): beginNumber(byte, .integer)
        default: fault = .syntax
        }
    }

    /// Whether a value may begin so where it stands: the message is an object, and its members have their types.
    private mutating func isWelcome(_ byte: UInt8) -> Bool {
        if frames.isEmpty {
            if byte != UInt8(ascii: "{") { fault = .noObject }
            return fault == nil
        }
        guard frames.count == 1, let member else {
            // The array that may stand for `params` is an empty one.
            if frames.count == 2, self.member == .params, !frames[1].isObject { fault = .params }
            return fault == nil
        }
        switch member {
        case .id: if byte != UInt8(ascii: "-"), !Self.isDigit(byte) { fault = .id }
        case .method: if byte != UInt8(ascii: "\"") { fault = .method }
        case .sessionID: if byte != UInt8(ascii: "\"") { fault = .sessionID }
        case .params:
            switch byte {
            case UInt8(ascii: "{"): paramsStart = position
            // Neither has members. nodriver and zendriver send `[]`, which Chrome takes for a command that needs none.
            case UInt8(ascii: "n"), UInt8(ascii: "["): paramsStart = .max
            default: fault = .params
            }
        }
        return fault == nil
    }

    private mutating func takeAfterValue(_ byte: UInt8) {
        if Self.isSpace(byte) { return }
        guard let frame = frames.last else {
            fault = .syntax
            return
        }
        switch byte {
        case UInt8(ascii: ","): step = frame.isObject ? .name : .value
        case UInt8(ascii: "}") where frame.isObject, UInt8(ascii: "]") where !frame.isObject: close()
        default: fault = .syntax
        }
    }

    // MARK: Arrays and objects

    private mutating func open(isObject: Bool) {
        guard frames.count < Self.maximumDepth else {
            fault = .tooDeep
            return
        }
        frames.append(Frame(isObject: isObject, firstName: names.count))
        step = isObject ? .nameOrEnd : .valueOrEnd
    }

    private mutating func close() {
        guard let frame = frames.popLast() else {
            fault = .syntax
            return
        }
        if frame.isObject {
            checkManyNames(from: frame.firstName)
            while names.count > frame.firstName { names.removeLast() }
        }
        endValue(at: position + 1)
    }

    /// A value has ended in front of `end`.
    private mutating func endValue(at end: Int) {
        if frames.isEmpty {
            step = .end
            return
        }
        step = .afterValue
        guard frames.count == 1 else { return }
        if member == .params { paramsEnd = end }
        member = nil
    }

    // MARK: Names

    private mutating func takeName(_ byte: UInt8) {
        if Self.isSpace(byte) { return }
        switch (byte, step) {
        case (UInt8(ascii: "}"), .nameOrEnd): close()
        case (UInt8(ascii: "\""), .nameOrEnd), (UInt8(ascii: "\""), .name): beginString(isName: true)
        case (UInt8(ascii: ":"), .colon): step = .value
        default: fault = .syntax
        }
    }

    /// Objects with up to so many names have them compared one by one; those of larger ones are sorted once, at the end.
    private static var comparedSingly: Int { 16 }

    /// Notes the name in ``text``. Names are told apart by a hash that is keyed anew in each process: two that no client can
    /// make alike on purpose.
    private mutating func endName() {
        step = .colon
        guard let frame = frames.last, names.count < Self.mostNames else {
            fault = .tooManyNames
            return
        }
        var hasher = Hasher()
        var word: UInt64 = 0
        for (place, byte) in text.enumerated() {
            word = word << 8 | UInt64(byte)
            if place % 8 == 7 { hasher.combine(word) }
        }
        hasher.combine(word)
        hasher.combine(text.count)
        let hash = hasher.finalize()
        if names.count - frame.firstName < Self.comparedSingly {
            for place in frame.firstName..<names.count where names[place] == hash {
                fault = .duplicateName
                return
            }
        }
        names.append(hash)
        if frames.count == 1 { beginMember() }
    }

    private mutating func checkManyNames(from first: Int) {
        guard names.count - first > Self.comparedSingly else { return }
        names[first...].sort()
        for place in (first + 1)..<names.count where names[place] == names[place - 1] {
            fault = .duplicateName
            return
        }
    }

    private mutating func beginMember() {
        member = Member(text)
        guard let member else {
            fault = .unknownMember
            return
        }
        seen |= member.rawValue
    }

    // MARK: Strings

    private mutating func beginString(isName: Bool) {
        step = .string
        textIsName = isName
        let isMember = !isName && frames.count == 1 && (member == .method || member == .sessionID)
        textIsKept = isName || isMember
        longestKept = isName ? Self.longestName : Self.longestText
        text.removeAll(keepingCapacity: true)
    }

    /// The closing quote of a string was read.
    mutating func endString() {
        guard !textIsName else { return endName() }
        if textIsKept {
            // The scanner asked for no other.
            if member == .method { keepMethod() } else { keepSessionID() }
        }
        endValue(at: position)
    }

    private mutating func keepMethod() {
        if text.isEmpty { fault = .method }
        swap(&method, &text)
    }

    /// Chrome's session ids are hexadecimal; an empty one is the browser's own session.
    private mutating func keepSessionID() {
        guard text.allSatisfy(ByteSet.identifier.contains) else {
            fault = .sessionID
            return
        }
        swap(&sessionID, &text)
    }

    /// What a string is refused for that is longer than what is kept.
    var tooLong: CommandFault { textIsName ? .tooManyNames : member == .method ? .method : .sessionID }

    // MARK: Literals and numbers

    private mutating func beginLiteral(_ rest: UInt32) {
        literal = rest
        step = .literal
    }

    private mutating func takeLiteral(_ byte: UInt8) {
        guard byte == UInt8(truncatingIfNeeded: literal) else {
            fault = .syntax
            return
        }
        literal >>= 8
        guard literal == 0 else { return }
        endValue(at: position + 1)
    }

    private mutating func beginNumber(_ byte: UInt8, _ first: Step) {
        step = first
        keepDigit(byte)
    }

    private mutating func takeNumber(_ byte: UInt8) {
        let isDigit = Self.isDigit(byte)
        switch (step, byte) {
        case (.minus, UInt8(ascii: "0")): step = .zero
        case (.minus, _) where isDigit: step = .integer
        case (.integer, _) where isDigit: break
        case (.integer, UInt8(ascii: ".")), (.zero, UInt8(ascii: ".")): step = .point
        case (.point, _) where isDigit, (.fraction, _) where isDigit: step = .fraction
        case (.integer, UInt8(ascii: "e")), (.integer, UInt8(ascii: "E")), (.zero, UInt8(ascii: "e")),
            (.zero, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "E")):
            step = .exponent
        case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): step = .exponentSign
        case (.exponent, _) where isDigit, (.exponentSign, _) where isDigit, (.exponentDigits, _) where isDigit:
            step = .exponentDigits
        case (.zero, _), (.integer, _), (.fraction, _), (.exponentDigits, _): return endNumber(before: byte)
        default:
            fault = .syntax
            return
        }
        keepDigit(byte)
    }

    private mutating func keepDigit(_ byte: UInt8) {
        guard frames.count == 1, member == .id else { return }
        // Longer than any number of 32 bits.
        guard id.count < 11 else {
            fault = .id
            return
        }
        id.append(byte)
    }

    /// A number ends with what is no part of it.
    private mutating func endNumber(before byte: UInt8) {
        if frames.count == 1, member == .id { checkID() }
        endValue(at: position)
        take(byte)
    }

    private mutating func checkID() {
        if Int32(String(decoding: id, as: UTF8.self)) == nil { fault = .id }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
