extension MethodTable {
    /// The rule of a method that is named by these bytes; that of `*` when it has none. Allocates nothing.
    static func rule(of name: [UInt8]) -> MethodRule { index.rule(of: name.span) ?? unknown }

    /// The method's name if it is one of the table's, for logs and answers: any other text is the client's own.
    static func knownName(_ name: [UInt8]) -> String {
        index.rule(of: name.span) == nil ? "this method" : String(decoding: name, as: UTF8.self)
    }

    private static let unknown = MethodRule(access: .needs(.everything))
    private static let index = MethodIndex(rules)
}

/// The rules by the bytes of their methods' names, in slots that a hash leads to: a `String` for each command would cost
/// more than all the rest of its reading.
struct MethodIndex: Sendable {
    private struct Slot: Sendable {
        let name: [UInt8]
        let rule: MethodRule
    }

    /// Four times as many as there are rules, so that one comparison is enough nearly always.
    private var slots: [Slot?]

    /// An index of these rules.
    init(_ rules: [String: MethodRule]) {
        slots = []
        var count = 1
        while count < rules.count * 4 { count *= 2 }
        slots = Array(repeating: nil, count: count)
        for (name, rule) in rules {
            let bytes = Array(name.utf8)
            var place = Self.hash(bytes.span) & (count - 1)
            while slots[place] != nil { place = (place + 1) & (count - 1) }
            slots[place] = Slot(name: bytes, rule: rule)
        }
    }

    /// The rule of the method with this name; nil when it has none.
    func rule(of name: Span<UInt8>) -> MethodRule? {
        var place = Self.hash(name) & (slots.count - 1)
        while let slot = slots[place] {
            if slot.name.span.hasSameBytes(as: name) { return slot.rule }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// FNV-1a. Its keys are those of the table: a client that chooses a name can only miss.
    private static func hash(_ name: Span<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for place in name.indices { hash = (hash ^ UInt32(name[place])) &* 16_777_619 }
        return Int(hash)
    }
}

extension MethodAccess {
    /// The permission that is missing where it is closed.
    var permission: Permission {
        switch self {
        // A caller that may be joined to Chrome has one of those that open it.
        case .connected: .everything
        case .needs(let permission): permission
        }
    }
}

extension ByteSet {
    /// Letters, digits and `.`: what CDP's methods are named with.
    static let methodName = ByteSet(lower: 0x03FF_4000_0000_0000, upper: 0x07FF_FFFE_07FF_FFFE)
}
