extension CommandScanner {
    /// Takes bytes of a string from `start` on, and says where it stopped: behind its last byte, or at an escape.
    mutating func takeString(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, fault == nil {
            if continuations == 0 {
                let end = Self.endOfRun(bytes, from: index)
                if textIsKept, end > index { keep(bytes.extracting(index..<end)) }
                index = end
                guard index < bytes.count, fault == nil else { break }
            }
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\""), continuations == 0 {
                finishPair()
                position += index - start
                endString()
                return index
            } else if byte == UInt8(ascii: "\\"), continuations == 0 {
                step = .escape
                break
            } else {
                takeOfCharacter(byte)
            }
        }
        position += index - start
        return index
    }

    /// Where the bytes end that stand for themselves: ASCII without controls, quotes and backslashes.
    private static func endOfRun(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
            index &+= 1
        }
        return index
    }

    /// Keeps bytes of the string that is looked at.
    private mutating func keep(_ run: Span<UInt8>) {
        if highSurrogate != nil { finishPair() }
        guard text.count + run.count <= longestKept else {
            fault = tooLong
            return
        }
        text.append(run)
    }

    /// Keeps a byte of the string that is looked at.
    private mutating func keep(_ byte: UInt8) {
        if highSurrogate != nil { finishPair() }
        guard text.count < longestKept else {
            fault = tooLong
            return
        }
        text.append(byte)
    }

    /// A control character, or a byte of a character that takes several (RFC 3629 section 4).
    private mutating func takeOfCharacter(_ byte: UInt8) {
        if continuations > 0 {
            guard nextContinuation.contains(byte) else {
                fault = .invalidUTF8
                return
            }
            continuations -= 1
            nextContinuation = 0x80...0xBF
        } else {
            switch byte {
            case ..<0x20:
                fault = .syntax
                return
            case 0xC2...0xDF: expect(1, 0x80...0xBF)
            case 0xE0: expect(2, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: expect(2, 0x80...0xBF)
            case 0xED: expect(2, 0x80...0x9F)
            case 0xF0: expect(3, 0x90...0xBF)
            case 0xF1...0xF3: expect(3, 0x80...0xBF)
            case 0xF4: expect(3, 0x80...0x8F)
            default:
                fault = .invalidUTF8
                return
            }
        }
        if textIsKept { keep(byte) }
    }

    private mutating func expect(_ count: Int, _ next: ClosedRange<UInt8>) {
        (continuations, nextContinuation) = (count, next)
    }

    // MARK: Escapes

    /// RFC 8259 section 7.
    mutating func takeEscape(_ byte: UInt8) {
        step = .string
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): keepEscaped(byte)
        case UInt8(ascii: "b"): keepEscaped(0x08)
        case UInt8(ascii: "f"): keepEscaped(0x0C)
        case UInt8(ascii: "n"): keepEscaped(0x0A)
        case UInt8(ascii: "r"): keepEscaped(0x0D)
        case UInt8(ascii: "t"): keepEscaped(0x09)
        case UInt8(ascii: "u"): (step, hexDigits, codeUnit) = (.hex, 4, 0)
        default: fault = .syntax
        }
    }

    private mutating func keepEscaped(_ byte: UInt8) { if textIsKept { keep(byte) } }

    mutating func takeHexDigit(_ byte: UInt8) {
        guard let digit = Self.value(ofHexDigit: byte) else {
            fault = .syntax
            return
        }
        codeUnit = codeUnit << 4 | digit
        hexDigits -= 1
        guard hexDigits == 0 else { return }
        step = .string
        if textIsKept { keep(codeUnit: codeUnit) }
    }

    private static func value(ofHexDigit byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private mutating func keep(codeUnit unit: UInt16) {
        if let high = highSurrogate, UTF16.isTrailSurrogate(unit) {
            highSurrogate = nil
            return keep(codePoint: 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00))
        }
        finishPair()
        if UTF16.isLeadSurrogate(unit) { highSurrogate = unit } else { keep(codePoint: UInt32(unit)) }
    }

    /// A first half that no second one followed stands alone.
    private mutating func finishPair() {
        guard let high = highSurrogate else { return }
        highSurrogate = nil
        keep(codePoint: UInt32(high))
    }

    /// Keeps a code point as UTF-8, a lone half of a pair in the form that a code point of its number would have.
    private mutating func keep(codePoint point: UInt32) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: point >> shift) & 0x3F }
        switch point {
        case ..<0x80: keep(UInt8(point))
        case ..<0x800:
            keep(0xC0 | UInt8(point >> 6))
            keep(continuation(0))
        case ..<0x10000:
            keep(0xE0 | UInt8(point >> 12))
            keep(continuation(6))
            keep(continuation(0))
        default:
            keep(0xF0 | UInt8(point >> 18))
            keep(continuation(12))
            keep(continuation(6))
            keep(continuation(0))
        }
    }
}
