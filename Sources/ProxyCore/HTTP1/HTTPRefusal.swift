/// Why a message head is refused. Every refusal ends the connection: after a malformed head it is unknown where
/// the next message begins (RFC 9112 section 9.2).
///
/// The raw value is the label for logs. No case carries bytes of the message, which may hold a credential.
/// From Chrome's side the same facts are Chrome's fault, and the caller answers its client 502.
public enum HTTPRefusal: String, Error, Sendable, CaseIterable {
    // Lines: RFC 9112 sections 2.2, 5 and 5.2.
    case bareLineFeed = "bare_line_feed"
    case bareCarriageReturn = "bare_carriage_return"
    case leadingBlankLine = "leading_blank_line"
    case whitespaceBeforeFields = "whitespace_before_fields"
    case obsoleteFold = "obsolete_fold"

    // The start line: RFC 9112 sections 2.3, 3 and 4.
    case startLineMalformed = "start_line_malformed"
    case startLineForbiddenByte = "start_line_forbidden_byte"
    case targetForbiddenByte = "target_forbidden_byte"
    case targetEncodingMalformed = "target_encoding_malformed"
    case absoluteForm = "absolute_form"
    case authorityForm = "authority_form"
    case asteriskForm = "asterisk_form"
    case connectMethod = "connect_method"
    case http2Preface = "http2_preface"
    case versionUnsupported = "version_unsupported"

    // Field lines: RFC 9112 section 5.1, RFC 9110 section 5.5.
    case fieldColonMissing = "field_colon_missing"
    case fieldNameEmpty = "field_name_empty"
    case fieldNameForbiddenByte = "field_name_forbidden_byte"
    case fieldValueForbiddenByte = "field_value_forbidden_byte"
    case spaceBeforeColon = "space_before_colon"

    // Host: RFC 9112 section 3.2.
    case hostMissing = "host_missing"
    case hostRepeated = "host_repeated"
    case hostMalformed = "host_malformed"

    // The body: RFC 9112 sections 6.1 and 6.3.
    case contentLengthMalformed = "content_length_malformed"
    case contentLengthRepeated = "content_length_repeated"
    case lengthAmbiguous = "length_ambiguous"
    case bodyTooLarge = "body_too_large"
    case bodyChunked = "body_chunked"
    case transferCodingUnknown = "transfer_coding_unknown"
    case transferEncodingInHTTP10 = "transfer_encoding_in_http10"

    // Sizes: `HTTPLimits`. The head is too large in its first line already, or behind it.
    case startLineTooLong = "start_line_too_long"
    case tooManyFields = "too_many_fields"
    case headTooLarge = "head_too_large"

    /// The status that a client is answered with.
    public var status: HTTPStatus {
        switch self {
        case .bareLineFeed, .bareCarriageReturn, .leadingBlankLine, .whitespaceBeforeFields, .obsoleteFold,
            .startLineMalformed, .startLineForbiddenByte, .targetForbiddenByte, .targetEncodingMalformed,
            .absoluteForm, .authorityForm, .asteriskForm, .fieldColonMissing, .fieldNameEmpty,
            .fieldNameForbiddenByte, .fieldValueForbiddenByte, .spaceBeforeColon, .hostMissing, .hostRepeated,
            .hostMalformed, .contentLengthMalformed, .contentLengthRepeated, .lengthAmbiguous,
            .transferEncodingInHTTP10:
            .badRequest
        case .connectMethod: .methodNotAllowed
        case .bodyTooLarge, .bodyChunked: .contentTooLarge
        case .startLineTooLong: .uriTooLong
        case .tooManyFields, .headTooLarge: .fieldsTooLarge
        case .transferCodingUnknown: .notImplemented
        case .http2Preface, .versionUnsupported: .versionNotSupported
        }
    }
}
