import CSQLite
import ProxyCore

/// A prepared statement, finalised when it goes; its database stays open until then. Used by one isolation at a time.
/// Parameters are counted from 1 and columns from 0, as in SQLite.
@safe final class SQLiteStatement {
    // Owned: made by sqlite3_prepare_v2, given back once, in `deinit`.
    private let handle: OpaquePointer

    /// Takes a statement over.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Binds all parameters, the first first.
    func bind(_ values: [SQLValue]) {
        for (index, value) in zip(Int32(1)..., values) {
            switch value {
            case .null: unsafe sqlite3_bind_null(handle, index)
            case .text(let text): bind(index, text)
            case .bytes(let bytes): bind(index, bytes)
            case .moment(let moment): bind(index, moment.databaseText)
            }
        }
    }

    private func bind(_ index: Int32, _ text: String) {
        var copy = text
        // SQLite copies the bytes before the call returns, so the pointer need not outlive the closure.
        _ = copy.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe csqlite_bind_text_copy(handle, index, characters.baseAddress, Int32(characters.count))
            }
        }
    }

    private func bind(_ index: Int32, _ bytes: [UInt8]) {
        // As above: copied before the call returns.
        _ = unsafe bytes.withUnsafeBytes { buffer in
            unsafe csqlite_bind_blob_copy(handle, index, buffer.baseAddress, Int32(buffer.count))
        }
    }

    /// Steps once; the result code as it is.
    func step() -> Int32 {
        unsafe sqlite3_step(handle)
    }

    /// Makes the statement ready for its next use: locks and parameters are given back.
    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    /// The columns of the row that was stepped to.
    var row: [SQLValue] {
        let count = unsafe sqlite3_column_count(handle)
        return (0..<count).map { column in
            switch unsafe sqlite3_column_type(handle, column) {
            case SQLITE_NULL: .null
            case SQLITE_BLOB: .bytes(bytes(column))
            default: .text(text(column))
            }
        }
    }

    private func text(_ column: Int32) -> String {
        // The pointer is SQLite's, valid until the next step; the bytes are copied here.
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func bytes(_ column: Int32) -> [UInt8] {
        // As above.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
