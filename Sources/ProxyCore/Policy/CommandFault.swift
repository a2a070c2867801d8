/// Why a message is no CDP command that this proxy would pass on. The raw value is what its sender is told.
public enum CommandFault: String, Error, Sendable, CaseIterable {
    /// The bytes are no JSON (RFC 8259), or end before the value does.
    case syntax = "the message is not valid JSON"
    /// A string is not UTF-8 (RFC 3629).
    case invalidUTF8 = "a string of the message is not UTF-8"
    /// An object names a member twice, at any depth: two readers could take two different values.
    case duplicateName = "an object of the message names a member twice"
    /// Arrays and objects are nested deeper than `CommandScanner.maximumDepth`.
    case tooDeep = "the message is nested too deeply"
    /// The names of one message that must be told apart take more than there is room for.
    case tooManyNames = "the message has too many or too long names"
    /// The message is no object.
    case noObject = "a message must be an object"
    /// A member that no command has.
    case unknownMember = "a message has the members id, method, params and sessionId only"
    /// `id` is missing, or no whole number of 32 bits.
    case id = "a message must have an integer id of 32 bits"
    /// `method` is missing, or no text that could be a method's name.
    case method = "a message must have a method"
    /// `params` is neither an object nor null nor an empty array.
    case params = "params must be an object"
    /// `sessionId` is no session's id.
    case sessionID = "sessionId must be the id of a session"

    /// The code of the error that its sender is told (JSON-RPC 2.0 section 5.1, as Chrome uses it).
    public var code: Int {
        switch self {
        case .syntax, .invalidUTF8, .duplicateName, .tooDeep, .tooManyNames: -32700
        case .noObject, .unknownMember, .id, .method, .params, .sessionID: -32600
        }
    }
}
