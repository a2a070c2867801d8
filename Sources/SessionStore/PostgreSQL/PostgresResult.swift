import CPostgres
import ProxyCore

/// One result of libpq in binary format, cleared when its last reference goes.
@safe final class PostgresResult {
    // Owned: it came from PQgetResult, and `deinit` clears it once.
    private let handle: OpaquePointer

    /// Takes over a result.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe CPQclear(handle)
    }

    /// PostgreSQL counts moments from 2000-01-01, this many microseconds after 1970.
    static let epoch: Int64 = 946_684_800_000_000

    /// Why there are no rows; nil when the server ran the statement. An error without a SQLSTATE is libpq's own and
    /// ends the connection.
    var fault: PostgresFault? {
        switch unsafe CPQresultStatus(handle) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return nil
        default:
            guard let state = field(cpostgres_sqlstate_field) else { return .broken(wasSent: true) }
            return .refused(state: state, constraint: field(cpostgres_constraint_field))
        }
    }

    private func field(_ code: Int32) -> String? {
        // libpq owns the text, which lives as long as the result.
        guard let text = unsafe CPQresultErrorField(handle, code) else { return nil }
        return unsafe String(cString: text)
    }

    /// The types of the columns.
    var types: [PostgresType?] {
        let count = unsafe CPQnfields(handle)
        return (0..<count).map { PostgresType(rawValue: unsafe CPQftype(handle, $0)) }
    }

    /// All rows.
    var rows: [[SQLValue]] {
        let types = types
        let count = unsafe CPQntuples(handle)
        return (0..<count).map { row in
            zip(Int32(0)..., types).map { value(row, $0, $1) }
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: PostgresType?) -> SQLValue {
        guard unsafe CPQgetisnull(handle, row, column) == 0, let start = unsafe CPQgetvalue(handle, row, column) else {
            return .null
        }
        // libpq owns the bytes, which live as long as the result; this copies them.
        let count = unsafe Int(CPQgetlength(handle, row, column))
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        switch type {
        case .bytes: return .bytes(unsafe Array(bytes))
        case .moment, .momentWithZone: return unsafe Self.moment(bytes)
        case .integer:
            let number = unsafe bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return .text("\(Int32(bitPattern: number))")
        // As SQLite has it.
        case .flag: return unsafe .text(bytes.first == 1 ? "1" : "0")
        case .text, .varchar, nil: return .text(unsafe String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Microseconds, the highest byte first. A moment outside the years 1 to 9999, `infinity` included, becomes the
    /// earliest or the latest one, as in Python.
    private static func moment(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
        let value = unsafe bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let (microseconds, isBeyond) = value.addingReportingOverflow(epoch)
        let moment = isBeyond ? .latest : Timestamp(microseconds: microseconds)
        return .moment(min(max(moment, .earliest), .latest))
    }
}
