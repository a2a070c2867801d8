@testable import ProxyCore

/// What the scanner makes of a command.
struct ScannedCommand: Equatable {
    /// Why it is none.
    let fault: CommandFault?
    /// `id`, as it is written.
    let id: [UInt8]
    /// `method`, without escapes.
    let method: [UInt8]
    /// `sessionId`, without escapes.
    let session: [UInt8]
    /// The bytes of `params`; empty for none.
    let params: [UInt8]

    /// `id` as text.
    var idText: String { String(decoding: id, as: UTF8.self) }

    /// What becomes of the bytes in pieces that end at these places.
    init(_ bytes: [UInt8], _ schedule: [Int]) {
        var scanner = CommandScanner()
        for (start, end) in zip([0] + schedule, schedule) { scanner.take(bytes.span.extracting(start..<end)) }
        scanner.finish()
        fault = scanner.fault
        (id, method, session) = (scanner.id, scanner.method, scanner.sessionID)
        params = scanner.fault == nil ? scanner.params.map { Array(bytes[$0]) } ?? [] : []
    }

    /// A command is what the strict parser takes for an object of a command's members, and it says the same.
    func checkAgainstParser(_ bytes: [UInt8]) throws(Violation) {
        let value = try? JSONValue.parse(bytes, options: JSONParsingOptions(maximumDepth: CommandScanner.maximumDepth))
        let object = value?.objectValue
        try expect(fault == nil, equals: object.map(Self.isCommand) ?? false, "a command is JSON of its form")
        guard fault == nil, let object else { return }
        if case .number(let number)? = object["id"] {
            try expect(number.text, equals: idText, "a parser reads the same id")
        }
        try expect(Self.bytes(object["method"]), equals: method, "a parser reads the same method")
        try expect(Self.bytes(object["sessionId"]) ?? [], equals: session, "a parser reads the same session")
        let hasParams = object["params"].map { !Self.isNothing($0) } ?? false
        try expect(hasParams, equals: !params.isEmpty, "a parser finds parameters where the scanner does")
    }

    private static func isCommand(_ object: JSONObject) -> Bool {
        guard object.allSatisfy({ ["id", "method", "params", "sessionId"].contains($0.name.text) }) else {
            return false
        }
        guard case .number(let id)? = object["id"], Int32(id.text) != nil else { return false }
        let method = bytes(object["method"]) ?? []
        guard 1...CommandScanner.longestText ~= method.count else { return false }
        if let params = object["params"], !isNothing(params), params.objectValue == nil { return false }
        guard let session = object["sessionId"] else { return true }
        guard let text = bytes(session), text.count <= CommandScanner.longestText else { return false }
        return text.allSatisfy(ByteSet.identifier.contains)
    }

    private static func isNothing(_ params: JSONValue) -> Bool { params.isNull || params.arrayValue?.isEmpty == true }

    /// The bytes of a string, those of half a character as the scanner writes them.
    private static func bytes(_ value: JSONValue?) -> [UInt8]? {
        guard case .string(let string)? = value else { return nil }
        return string.illFormedBytes ?? string.text.map { Array($0.utf8) }
    }
}
