/// The parameters of a raw query: elements between `&`, each a name and, behind the first `=`, a value.
///
/// Values stay percent-encoded until asked for; `+` is a plus sign, as in RFC 3986, not a space as in HTML forms.
/// Names are compared after percent-decoding, so that a name in disguise is counted, and removed, as what it is.
public struct QueryParameters: Sendable, Redacted {
    private let query: ArraySlice<UInt8>

    /// The parameters of `query`, which has no `?` before it; none when it is nil.
    public init(_ query: ArraySlice<UInt8>?) {
        self.query = query ?? []
    }

    /// How many parameters have this name.
    public func count(of name: String) -> Int {
        var found = 0
        forEachElement { element in
            if Self.isNamed(name, element) { found += 1 }
        }
        return found
    }

    /// The value of the first parameter with this name, still percent-encoded; empty when it has no `=`.
    public func first(of name: String) -> ArraySlice<UInt8>? {
        var value: ArraySlice<UInt8>?
        forEachElement { element in
            guard value == nil, Self.isNamed(name, element) else { return }
            value = element.firstIndex(of: UInt8(ascii: "=")).map { element[($0 + 1)...] } ?? []
        }
        return value
    }

    /// The query without the parameters of these names; what stays, stays byte for byte and in order.
    public func removing(_ names: [String]) -> [UInt8] {
        var kept: [UInt8] = []
        var isFirst = true
        forEachElement { element in
            guard !names.contains(where: { Self.isNamed($0, element) }) else { return }
            if !isFirst { kept.append(UInt8(ascii: "&")) }
            kept += element
            isFirst = false
        }
        return kept
    }

    /// `bytes` with every `%` and two hex digits made the byte they stand for, or nil where a `%` has no such digits.
    public static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return nil }
            decoded.append(high << 4 | low)
        }
        return decoded
    }

    /// Calls `body` with each element, empty ones included.
    private func forEachElement(_ body: (ArraySlice<UInt8>) -> Void) {
        var start = query.startIndex
        while true {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.endIndex
            body(query[start..<end])
            guard end < query.endIndex else { return }
            start = end + 1
        }
    }

    /// Whether the name of `element` decodes to `name`.
    private static func isNamed(_ name: String, _ element: ArraySlice<UInt8>) -> Bool {
        var rest = element
        for expected in name.utf8 {
            guard var byte = rest.popFirst() else { return false }
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return false }
                byte = high << 4 | low
            }
            guard byte == expected else { return false }
        }
        return rest.isEmpty || rest.first == UInt8(ascii: "=")
    }
}
