/// The parameters of a raw query: elements between `&`, each a name and, behind the first `=`, a value.
///
/// Values stay percent-encoded until asked for; `+` is a plus sign, as in RFC 3986, not a space as in HTML forms.
/// Names are compared after percent-decoding, so that a name in disguise is counted, and removed, as what it is.
public struct QueryParameters: Sendable, Redacted {
    private let query: ArraySlice<UInt8>?

    /// The parameters of `query`, which has no `?` before it; none when it is nil.
    public init(_ query: ArraySlice<UInt8>?) {
        self.query = query
    }

    /// How many parameters have this name.
    public func count(of name: String) -> Int {
        var count = 0
        forEachElement { if Self.isNamed(name, $0) { count += 1 } }
        return count
    }

    /// The value of the first parameter with this name, still percent-encoded; empty when it has no `=`.
    public func first(of name: String) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        forEachElement { if found == nil, Self.isNamed(name, $0) { found = Self.value(of: $0) } }
        return found
    }

    /// The parameters that have one of these names, in order: which name it is, and the value as in ``first(of:)``.
    ///
    /// One pass over any query: a caller without a credential may send thousands of parameters.
    public func values(ofAny names: [String]) -> [(name: Int, value: ArraySlice<UInt8>)] {
        var found: [(name: Int, value: ArraySlice<UInt8>)] = []
        forEachElement { element in
            guard let name = names.firstIndex(where: { Self.isNamed($0, element) }) else { return }
            found.append((name, Self.value(of: element)))
        }
        return found
    }

    private static func value(of element: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        element.firstIndex(of: UInt8(ascii: "=")).map { element[($0 + 1)...] } ?? []
    }

    /// The query without the parameters of these names; what stays, stays byte for byte and in order.
    public func removing(_ names: [String]) -> [UInt8] {
        var kept: [UInt8] = []
        var isFirst = true
        forEachElement { element in
            guard !names.contains(where: { Self.isNamed($0, element) }) else { return }
            if !isFirst { kept.append(UInt8(ascii: "&")) }
            isFirst = false
            kept += element
        }
        return kept
    }

    /// Calls `body` with what stands between the `&`, empty elements included.
    private func forEachElement(_ body: (ArraySlice<UInt8>) -> Void) {
        guard let query else { return }
        var start = query.startIndex
        while let end = query.span.firstIndex(of: UInt8(ascii: "&"), from: start - query.startIndex) {
            body(query[start..<query.startIndex + end])
            start = query.startIndex + end + 1
        }
        body(query[start...])
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

    /// Whether the name of `element` decodes to `name`.
    private static func isNamed(_ name: String, _ element: ArraySlice<UInt8>) -> Bool {
        let bytes = element.span
        var index = 0
        for expected in name.utf8 {
            guard index < bytes.count else { return false }
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.count, let high = bytes[index].hexValue, let low = bytes[index + 1].hexValue
                else { return false }
                byte = high << 4 | low
                index += 2
            }
            guard byte == expected else { return false }
        }
        return index == bytes.count || bytes[index] == UInt8(ascii: "=")
    }
}
