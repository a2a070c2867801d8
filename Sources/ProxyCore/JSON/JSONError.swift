/// Why bytes are not the JSON asked for: the fact and the byte offset at which it showed, never a byte of the content.
public enum JSONError: Error, Equatable, Sendable {
    /// The bytes end inside a value.
    case unexpectedEnd(at: Int)
    /// A byte that the grammar does not allow there.
    case syntax(at: Int)
    /// A string is not UTF-8 (RFC 3629: no overlong form, no encoded surrogate).
    case invalidUTF8(at: Int)
    /// An object names a member twice; the offset is that of the second name.
    case duplicateName(at: Int)
    /// Arrays and objects are nested deeper than the limit.
    case tooDeep(at: Int)
    /// The value would take more memory than it may.
    case tooLarge(at: Int)
    /// Something other than white space follows the value.
    case trailingBytes(at: Int)

    /// Where it showed, in bytes from the start.
    public var offset: Int {
        switch self {
        case .unexpectedEnd(let at), .syntax(let at), .invalidUTF8(let at), .duplicateName(let at), .tooDeep(let at),
            .tooLarge(let at), .trailingBytes(let at):
            at
        }
    }
}
