/// Why a request to the admin listener is refused.
enum AdminRefusal: Error {
    /// 403: it comes from a page, or names a host that is not ours.
    case foreign
    /// 401: it needs the operators' token.
    case unauthorized
}
