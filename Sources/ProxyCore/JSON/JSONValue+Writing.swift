extension JSONValue {
    /// The value as JSON in UTF-8, without white space.
    public func serialized() -> [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// Appends the value as JSON in UTF-8, without white space.
    public func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .string(let string): string.write(to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): object.write(to: &output)
        }
    }
}

extension JSONObject {
    /// Appends the object as JSON in UTF-8, without white space.
    func write(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            member.name.write(to: &output)
            output.append(UInt8(ascii: ":"))
            member.value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}

extension JSONString {
    /// Appends the string with its quotes; escapes what must be (RFC 8259 section 7) and lone surrogates, nothing else.
    public func write(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        if let bytes = illFormedBytes {
            Self.writeIllFormed(bytes, to: &output)
        } else if let text {
            Self.writeRuns(of: text.utf8.span, to: &output)
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Copies what needs no escape in one go each: pages store long strings with few quotes in them.
    private static func writeRuns(of bytes: Span<UInt8>, to output: inout [UInt8]) {
        var written = 0
        for offset in bytes.indices where needsEscape(bytes[offset]) {
            output.append(bytes.extracting(written..<offset))
            write(bytes[offset], to: &output)
            written = offset + 1
        }
        output.append(bytes.extracting(written..<bytes.count))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func write(_ byte: UInt8, to output: inout [UInt8]) {
        guard needsEscape(byte) else { return output.append(byte) }
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default: writeCodeUnit(UInt16(byte), to: &output)
        }
    }

    private static func writeIllFormed(_ bytes: [UInt8], to output: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            // In UTF-8 0xED is never followed by 0xA0 or more: that is where a lone surrogate stands.
            if bytes[index] == 0xED, index + 2 < bytes.count, bytes[index + 1] >= 0xA0 {
                output.append(UInt8(ascii: "\\"))
                let unit = 0xD000 | UInt16(bytes[index + 1] & 0x3F) << 6 | UInt16(bytes[index + 2] & 0x3F)
                writeCodeUnit(unit, to: &output)
                index += 3
            } else {
                write(bytes[index], to: &output)
                index += 1
            }
        }
    }

    /// Appends `u` and four hexadecimal digits; the backslash is written.
    private static func writeCodeUnit(_ unit: UInt16, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 0xF
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
